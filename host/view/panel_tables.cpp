// The panel: tables and systems of the world.
#include "view/panel_parts.hpp"

namespace
{

void warn_of_fragments(const orr__panel *panel, const orr__report *report)
{
    const orr__report_table *list = ORR__REPORT_LIST(report, orr__report_table, tables);
    uint32_t small = 0;
    for (uint32_t i = 0; i < report->table_count; i++) small += list[i].row_count > 0 && list[i].row_count < 64;
    if (small <= 20) return;
    ImGui::PushStyleColor(ImGuiCol_Text, rgb(look(panel).warning));
    ImGui::TextWrapped("%u tables have fewer than 64 rows: components that come and go singly split entities into many "
                       "tables",
                       small);
    ImGui::PopStyleColor();
}

} // namespace

extern "C" void orr__panel_tables(const orr__panel *panel, const orr__panel_view *v)
{
    const ImVec4 warning = rgb(look(panel).warning);
    const orr__report *report = v->report;
    const orr__report_table *list = ORR__REPORT_LIST(report, orr__report_table, tables);
    warn_of_fragments(panel, report);
    if (!ImGui::BeginTable("tables", 4, ImGuiTableFlags_RowBg | ImGuiTableFlags_Resizable)) return;
    ImGui::TableSetupColumn("table", ImGuiTableColumnFlags_WidthStretch, 3);
    ImGui::TableSetupColumn("rows", ImGuiTableColumnFlags_WidthStretch, 1.4f);
    ImGui::TableSetupColumn("chunks", ImGuiTableColumnFlags_WidthStretch, 1.3f);
    ImGui::TableSetupColumn("KiB", ImGuiTableColumnFlags_WidthStretch, 1.3f);
    ImGui::TableHeadersRow();
    char rows[32];
    for (uint32_t i = 0; i < report->table_count; i++) {
        const orr__report_table &t = list[i];
        if (!t.row_count) continue;
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(*text_of(report, t.name) ? text_of(report, t.name) : "(no components)");
        hint(text_of(report, t.name));
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(orr__panel_grouped(t.row_count, rows));
        ImGui::TableNextColumn();
        ImGui::Text("%u", t.chunk_count);
        ImGui::TableNextColumn();
        ImGui::Text("%.0f", double(t.bytes) / 1024);
        if (t.bytes > 4 * t.column_bytes && t.bytes > (1u << 20)) {
            ImGui::SameLine();
            ImGui::TextColored(warning, "!");
            hint("most of this memory holds no rows");
        }
    }
    ImGui::EndTable();
}

extern "C" void orr__panel_systems(const orr__panel_view *v)
{
    const orr__panel_actions &act = v->actions;
    const orr__report *report = v->report;
    const orr__report_system *list = ORR__REPORT_LIST(report, orr__report_system, systems);
    double all = 1;
    char rows[32];
    for (uint32_t i = 0; i < report->system_count; i++) all += double(list[i].time_ns);
    if (!ImGui::BeginTable("systems", 4, ImGuiTableFlags_RowBg | ImGuiTableFlags_Resizable)) return;
    ImGui::TableSetupColumn("system", ImGuiTableColumnFlags_WidthStretch, 4.2f);
    ImGui::TableSetupColumn("where", ImGuiTableColumnFlags_WidthStretch, 2.2f);
    ImGui::TableSetupColumn("us", ImGuiTableColumnFlags_WidthStretch, 1.6f);
    ImGui::TableSetupColumn("rows", ImGuiTableColumnFlags_WidthStretch, 1.8f);
    ImGui::TableHeadersRow();
    for (uint32_t i = 0; i < report->system_count; i++) {
        const orr__report_system &s = list[i];
        const double runs = s.runs ? double(s.runs) : 1;
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        ImGui::PushID(int(s.id));
        bool on = s.enabled;
        if (s.can_switch && ImGui::Checkbox("##on", &on)) act.enable(act.context, s.id, on);
        if (!s.can_switch) ImGui::Dummy(ImVec2(ImGui::GetFrameHeight(), ImGui::GetFrameHeight()));
        ImGui::SameLine();
        ImGui::TextUnformatted(text_of(report, s.name));
        if (ImGui::IsItemHovered())
            ImGui::SetTooltip("%s\nstage %s, %s\n%.0f%% of the time of all systems", text_of(report, s.name),
                              text_of(report, s.stage), text_of(report, s.where), 100 * double(s.time_ns) / all);
        ImGui::PopID();
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(text_of(report, s.where));
        ImGui::TableNextColumn();
        ImGui::Text("%.1f", double(s.time_ns) * 1e-3 / runs);
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(orr__panel_grouped(uint64_t(double(s.rows) / runs), rows));
    }
    ImGui::EndTable();
}
