// The panel: run controls, numbers of the run, params.
#include "view/panel_parts.hpp"

#include <cinttypes>
#include <cmath>
#include <cstdio>

namespace
{

void speed(const orr__panel_view *v)
{
    static const char *const names[] = { "speed 1/8x", "speed 1/4x", "speed 1/2x",     "speed 1x",
                                         "speed 2x",   "speed 4x",   "speed 8x",       "speed 16x",
                                         "speed 32x",  "speed 64x",  "speed unlimited" };
    const orr__panel_actions &act = v->actions;
    const int last = IM_ARRAYSIZE(names) - 1;
    int at = v->speed < 0 ? last : int(std::lround(std::log2(v->speed))) + 3;
    at = at < 0 ? 0 : at > last ? last : at;
    ImGui::SetNextItemWidth(-1);
    if (v->lockstep) {
        ImGui::TextDisabled("one tick a picture (lockstep)");
        return;
    }
    if (ImGui::SliderInt("##speed", &at, 0, last, names[at], ImGuiSliderFlags_NoInput))
        act.speed(act.context, at == last ? -1 : std::exp2(at - 3));
    hint("1x: 60 ticks a second.  + faster, - slower, U unlimited");
}

} // namespace

extern "C" void orr__panel_controls(const orr__panel *panel, const orr__panel_view *v)
{
    const orr__panel_actions &act = v->actions;
    const float gap = ImGui::GetStyle().ItemSpacing.x, all = ImGui::GetContentRegionAvail().x;
    const bool narrow = all < 270 * panel->ui; // two lines of buttons
    const float quarter = std::floor(narrow ? (all - gap) / 2 : (all - 3 * gap) / 4);
    const float third = std::floor(narrow ? (all - gap) / 2 : (all - 2 * gap) / 3);
    ImGui::PushStyleColor(ImGuiCol_Button, rgb(look(panel).accent, v->paused ? 1.0f : 0.35f));
    if (v->paused) ImGui::PushStyleColor(ImGuiCol_Text, rgb(0xffffff));
    if (button(v->paused ? "Run###run" : "Pause###run", quarter, "space")) act.pause(act.context, !v->paused);
    ImGui::PopStyleColor(v->paused ? 2 : 1);
    ImGui::SameLine();
    if (button("Step", narrow ? -1 : quarter, "one tick:  .")) act.step(act.context);
    if (!narrow) ImGui::SameLine();
    if (button("Fit", quarter, "all of it in the picture:  F")) act.fit(act.context);
    ImGui::SameLine();
    if (button("Picture", -1, "save a PNG file:  P")) act.picture(act.context);
    speed(v);
    if (!v->can_restart) return;
    if (button("Restart", third, "from the beginning, with the same seed:  R")) act.restart(act.context, true);
    ImGui::SameLine();
    if (button("New seed", narrow ? -1 : third, "from the beginning, with another seed:  N"))
        act.restart(act.context, false);
    if (!narrow) ImGui::SameLine();
    ImGui::AlignTextToFramePadding();
    ImGui::TextDisabled("seed %" PRIu64, v->seed);
}

extern "C" void orr__panel_numbers(const orr__panel_view *v)
{
    const orr__report *report = v->report;
    char tick[32], entities[32];
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(ImGui::GetStyle().ItemSpacing.x, 2));
    ImGui::Text("tick %s", orr__panel_grouped(report->tick, tick));
    ImGui::SameLine();
    ImGui::TextDisabled("%.1f s", v->time);
    ImGui::SameLine();
    ImGui::Text("  %s %s", orr__panel_grouped(report->entity_count, entities),
                report->entity_count == 1 ? "entity" : "entities");
    ImGui::TextDisabled("%.2f ms a tick   %.0f ticks/s   %.0f frames/s", report->seconds_a_tick * 1e3,
                        v->ticks_per_second, v->frames_per_second);
    if (report->dropped) ImGui::TextDisabled("%" PRIu64 " patches dropped: their entities had died", report->dropped);
    ImGui::PopStyleVar();
    ImGui::Spacing();
}

namespace
{

bool is_switch(const orr__report_param &p)
{
    return p.min == 0 && p.max == 1 && p.step == 1;
}

// From one end of its range to the other it is another order of magnitude.
bool is_wide(const orr__report_param &p)
{
    return p.min > 0 && p.max / p.min >= 1000;
}

double stepped(const orr__report_param &p, bool bounded, double value)
{
    const double from = bounded ? p.min : 0;
    if (p.step > 0) value = from + std::round((value - from) / p.step) * p.step;
    if (p.max > p.min) value = value < p.min ? p.min : value > p.max ? p.max : value;
    return value;
}

void param(const orr__panel *panel, const orr__panel_view *v, const orr__report_param &p, float width)
{
    const orr__panel_actions &act = v->actions;
    const char *name = text_of(v->report, p.name);
    const bool bounded = p.max > p.min && std::isfinite(p.min) && std::isfinite(p.max), other = p.value != p.initial;
    const bool whole = p.step >= 1 && std::floor(p.step) == p.step && std::floor(p.value) == p.value;
    const char *format = whole ? "%.0f" : "%.4g";
    const float end = ImGui::GetFrameHeight() + ImGui::GetStyle().ItemInnerSpacing.x;
    double value = p.value, min = p.min, max = p.max;
    bool turned;
    ImGui::PushID(name);
    orr__panel_label(name, text_of(v->report, p.help), width,
                     other ? rgb(look(panel).accent) : ImGui::GetStyle().Colors[0]);
    ImGui::SetNextItemWidth(-end);
    if (is_switch(p)) {
        bool on = value != 0;
        turned = ImGui::Checkbox("##value", &on);
        value = on;
    } else if (bounded) {
        turned = ImGui::SliderScalar("##value", ImGuiDataType_Double, &value, &min, &max, format,
                                     is_wide(p) ? ImGuiSliderFlags_Logarithmic : 0);
    } else {
        const double size = std::fabs(p.value) > 1 ? std::fabs(p.value) : 1;
        turned = ImGui::DragScalar("##value", ImGuiDataType_Double, &value, float(p.step > 0 ? p.step : size / 200),
                                   nullptr, nullptr, format);
    }
    hint(is_switch(p) ? "" : bounded ? "control and click: type a value" : "drag; control and click: type a value");
    if (turned) value = stepped(p, bounded, value);
    if (turned && value != p.value) act.set_param(act.context, p.id, value);
    if (other) {
        ImGui::SameLine(ImGui::GetContentRegionMax().x - ImGui::GetFrameHeight());
        if (ImGui::Button("\u21ba", ImVec2(ImGui::GetFrameHeight(), 0))) act.set_param(act.context, p.id, p.initial);
        if (ImGui::IsItemHovered()) ImGui::SetTooltip("back to %.6g", p.initial);
    }
    ImGui::PopID();
}

} // namespace

extern "C" void orr__panel_params(const orr__panel *panel, const orr__panel_view *v)
{
    const orr__report_param *list = ORR__REPORT_LIST(v->report, orr__report_param, params);
    const float width = label_width();
    for (uint32_t i = 0; i < v->report->param_count; i++) param(panel, v, list[i], width);
}
