// The panel: what was said, and the line that is run.
#include "view/panel_parts.hpp"

#include <cinttypes>
#include <cstdio>

namespace
{

// Up and down bring the lines before.
int recall(ImGuiInputTextCallbackData *data)
{
    orr__panel *panel = static_cast<orr__panel *>(data->UserData);
    const int most = ImMin(panel->line_count, int(LINES));
    const int at = panel->line_at + (data->EventKey == ImGuiKey_UpArrow ? 1 : -1);
    if (at < 0 || at > most) return 0;
    panel->line_at = at;
    data->DeleteChars(0, data->BufTextLen);
    if (at > 0) data->InsertChars(0, panel->lines[(panel->line_count - at) % LINES]);
    return 0;
}

void console(orr__panel *panel, const orr__panel_view *v)
{
    const ImGuiInputTextFlags flags = ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CallbackHistory;
    ImGui::SetNextItemWidth(-1);
    const bool entered = ImGui::InputTextWithHint("##console", "Lua, between two ticks: orrery.world ...",
                                                  panel->console, sizeof panel->console, flags, recall, panel);
    if (!entered) return;
    keep_keys(panel);
    if (*panel->console) {
        std::snprintf(panel->lines[panel->line_count++ % LINES], LINE_BYTES, "%s", panel->console);
        v->actions.console(v->actions.context, panel->console);
    }
    panel->line_at = 0;
    *panel->console = '\0';
}

} // namespace

extern "C" void orr__panel_messages(orr__panel *panel, const orr__panel_view *v)
{
    const orr__report *report = v->report;
    const theme &t = look(panel);
    const orr__note *list = ORR__REPORT_LIST(report, orr__note, notes);
    ImGui::BeginChild("notes", ImVec2(0, 150 * panel->ui), true);
    if (!report->note_count) ImGui::TextDisabled("nothing was said yet");
    for (uint32_t i = 0; i < report->note_count; i++) {
        const uint32_t colour = list[i].level == 2 ? t.error : list[i].level == 1 ? t.warning : t.text;
        ImGui::TextDisabled("%" PRIu64, list[i].tick);
        ImGui::SameLine();
        ImGui::PushStyleColor(ImGuiCol_Text, rgb(colour));
        ImGui::TextWrapped("%s", list[i].text);
        ImGui::PopStyleColor();
    }
    const uint64_t newest = report->note_count ? list[report->note_count - 1].number : 0;
    if (newest != panel->last_note) ImGui::SetScrollHereY(1);
    panel->last_note = newest;
    ImGui::EndChild();
    if (v->has_console) console(panel, v);
}

extern "C" uint32_t orr__panel_errors(const orr__report *report)
{
    const orr__note *list = ORR__REPORT_LIST(report, orr__note, notes);
    uint32_t count = 0;
    for (uint32_t i = 0; i < report->note_count; i++) count += list[i].level == 2;
    return count;
}
