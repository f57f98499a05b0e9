// The panel: one entity in full.
#include "view/panel_parts.hpp"

#include <cinttypes>
#include <cmath>
#include <cstdio>

namespace
{

double number_of(const orr__report_field &f)
{
    switch (f.field.type) {
    case ORR_TYPE_F32: return double(f.value.f32);
    case ORR_TYPE_F64: return f.value.f64;
    case ORR_TYPE_I8: return f.value.i8;
    case ORR_TYPE_U8: return f.value.u8;
    case ORR_TYPE_I16: return f.value.i16;
    case ORR_TYPE_U16: return f.value.u16;
    case ORR_TYPE_I32: return f.value.i32;
    case ORR_TYPE_U32: return f.value.u32;
    case ORR_TYPE_I64: return double(f.value.i64);
    case ORR_TYPE_BOOL: return f.value.boolean;
    default: return double(f.value.u64);
    }
}

int imgui_type(uint32_t type)
{
    switch (type) {
    case ORR_TYPE_F32: return ImGuiDataType_Float;
    case ORR_TYPE_F64: return ImGuiDataType_Double;
    case ORR_TYPE_I8: return ImGuiDataType_S8;
    case ORR_TYPE_U8: return ImGuiDataType_U8;
    case ORR_TYPE_I16: return ImGuiDataType_S16;
    case ORR_TYPE_U16: return ImGuiDataType_U16;
    case ORR_TYPE_I32: return ImGuiDataType_S32;
    case ORR_TYPE_U32: return ImGuiDataType_U32;
    case ORR_TYPE_I64: return ImGuiDataType_S64;
    default: return ImGuiDataType_U64;
    }
}

void field(const orr__panel_view *v, const orr__report_field &f, float width)
{
    const orr__panel_actions &act = v->actions;
    const bool refers = f.field.type == ORR_TYPE_ENTITY && f.value.entity;
    orr_value value = f.value;
    bool changed;
    orr__panel_label(text_of(v->report, f.name), "", width, ImGui::GetStyle().Colors[ImGuiCol_Text]);
    ImGui::SetNextItemWidth(refers ? -ImGui::GetFrameHeight() - 4 : -1);
    if (f.field.type == ORR_TYPE_BOOL)
        changed = ImGui::Checkbox("##value", &value.boolean);
    else
        changed = ImGui::InputScalar("##value", imgui_type(f.field.type), &value, nullptr, nullptr,
                                     f.field.type == ORR_TYPE_F32 || f.field.type == ORR_TYPE_F64 ? "%.6g" : nullptr,
                                     ImGuiInputTextFlags_EnterReturnsTrue);
    if (changed) act.set_field(act.context, v->report->inspected, f.field, value);
    if (!refers) return;
    ImGui::SameLine(0, 4);
    if (ImGui::Button("\u2192", ImVec2(ImGui::GetFrameHeight(), 0))) act.inspect(act.context, f.value.entity);
    hint("look at that entity");
}

// Values that changed since the last picture glow for a while.
float glow_of(orr__panel *panel, uint32_t i, double number, bool fresh)
{
    const double now = ImGui::GetTime(), before = panel->seen[i];
    const bool same = before == number || (std::isnan(before) && std::isnan(number));
    if (fresh || !same) panel->flash[i] = fresh ? -1 : now;
    panel->seen[i] = number;
    return panel->flash[i] < 0 ? 0 : float(1 - (now - panel->flash[i]) / 0.5);
}

void fields(orr__panel *panel, const orr__panel_view *v)
{
    const orr__report *report = v->report;
    const orr__report_field *list = ORR__REPORT_LIST(report, orr__report_field, fields);
    const bool fresh = panel->seen_entity != report->inspected || panel->seen_count != report->field_count;
    const float width = label_width();
    panel->seen_entity = report->inspected;
    panel->seen_count = report->field_count;
    uint32_t component = 0;
    for (uint32_t i = 0; i < report->field_count && i < FIELDS; i++) {
        if (list[i].field.component != component)
            ImGui::TextColored(rgb(look(panel).accent), "%s", text_of(report, list[i].component));
        component = list[i].field.component;
        if (!list[i].name) continue;
        const float glow = glow_of(panel, i, number_of(list[i]), fresh);
        if (glow > 0) ImGui::PushStyleColor(ImGuiCol_FrameBg, rgb(look(panel).warning, 0.15f + 0.35f * glow));
        ImGui::PushID(int(i));
        field(v, list[i], width);
        ImGui::PopID();
        if (glow > 0) ImGui::PopStyleColor();
    }
}

// A number is that entity; anything else is for the world to find, which answers with its next report.
void search(orr__panel *panel, const orr__panel_view *v)
{
    const orr__panel_actions &act = v->actions;
    ImGui::SetNextItemWidth(-1);
    const bool entered = ImGui::InputTextWithHint(
        "##entity", "number, component, or Name.field > 5", panel->search, sizeof panel->search,
        ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
    if (!ImGui::IsItemActive()) // it would cover the answer
        hint("1048577: that entity\nPosition: the next one that has it\n"
             "Position.x > 5: the next one where it is so (or <, <=, =, >=)\nreturn again: the one after it");
    unsigned long long number = 0;
    int end = 0;
    if (entered && std::sscanf(panel->search, " %llu %n", &number, &end) == 1 && !panel->search[end]) {
        act.inspect(act.context, number);
    } else if (entered && *panel->search) {
        keep_keys(panel);
        act.seek(act.context, panel->search);
    }
    if (!v->report->answer) return;
    ImGui::PushStyleColor(ImGuiCol_Text, rgb(look(panel).warning));
    ImGui::TextWrapped("%s", text_of(v->report, v->report->answer));
    ImGui::PopStyleColor();
}

} // namespace

extern "C" void orr__panel_inspector(orr__panel *panel, const orr__panel_view *v)
{
    const orr__panel_actions &act = v->actions;
    const orr__report *report = v->report;
    search(panel, v);
    if (!report->inspected) return;
    ImGui::AlignTextToFramePadding();
    ImGui::Text("%" PRIu64 "%s", report->inspected, report->inspected_dead ? " is not alive" : "");
    ImGui::SameLine();
    bool follows = v->followed == report->inspected;
    if (!report->inspected_dead && ImGui::Checkbox("follow", &follows))
        act.follow(act.context, follows ? report->inspected : 0);
    if (!report->inspected_dead) ImGui::SameLine();
    if (ImGui::Button("close")) {
        act.inspect(act.context, 0);
        act.follow(act.context, 0);
    }
    if (!report->inspected_dead) fields(panel, v);
}
