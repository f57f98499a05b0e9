// The panel: what each thread did in the last ticks.
#include "view/panel_parts.hpp"

#include <cinttypes>

namespace
{

// One lane a thread: the last ticks, one colour a system.
ImU32 colour_of(const char *name)
{
    uint32_t hash = 2166136261u;
    for (const char *c = name; *c; c++) hash = (hash ^ uint8_t(*c)) * 16777619u;
    return ImColor::HSV(float(hash % 360) / 360, 0.55f, 0.85f);
}

// When the world was at work, in order: between its ticks it waits for the next, which is nothing to look at.
struct busy {
    static constexpr uint32_t MOST = 32;
    uint32_t count;
    struct {
        uint64_t begin, end;
    } spans[MOST];
};

busy busy_of(const orr__report *report)
{
    busy all = {};
    const orr__report_lane *list = ORR__REPORT_LIST(report, orr__report_lane, lanes);
    for (uint32_t i = 0; i < report->lane_count && all.count < busy::MOST; i++) {
        if (list[i].kind != ORR_TRACE_TICK && list[i].kind != ORR_TRACE_PUBLISH) continue;
        uint32_t at = all.count++;
        for (; at > 0 && all.spans[at - 1].begin > list[i].begin_ns; at--) all.spans[at] = all.spans[at - 1];
        all.spans[at] = { list[i].begin_ns, list[i].end_ns };
    }
    return all;
}

// How much of the time up to that moment the world was at work.
uint64_t busy_until(const busy &all, uint64_t moment)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < all.count; i++) {
        const uint64_t end = moment < all.spans[i].end ? moment : all.spans[i].end;
        if (end > all.spans[i].begin) sum += end - all.spans[i].begin;
    }
    return sum;
}

} // namespace

extern "C" void orr__panel_lanes(orr__panel *panel, const orr__panel_view *v)
{
    const orr__panel_actions &act = v->actions;
    const orr__report *report = v->report;
    const orr__report_lane *list = ORR__REPORT_LIST(report, orr__report_lane, lanes);
    const double now = ImGui::GetTime();
    if (!panel->lanes_on || now - panel->lanes_asked > 1) { // again after a restart
        if (!report->lane_count) act.lanes(act.context, true);
        panel->lanes_on = true;
        panel->lanes_asked = now;
    }
    const busy all = busy_of(report);
    const uint32_t threads = report->threads < 8 ? report->threads : 8;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x, high = 18 * panel->ui, height = float(threads) * high;
    ImGui::InvisibleButton("lanes", ImVec2(width > 1 ? width : 1, height));
    ImDrawList *draw = ImGui::GetWindowDrawList();
    draw->AddRectFilled(at, ImVec2(at.x + width, at.y + height), ImGui::GetColorU32(ImGuiCol_FrameBg), 4);
    const uint64_t whole = busy_until(all, UINT64_MAX);
    if (whole == 0) return;
    const double scale = double(width) / double(whole);
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    for (uint32_t i = 0; i < report->lane_count; i++) {
        const orr__report_lane &lane = list[i];
        const float left = at.x + float(double(busy_until(all, lane.begin_ns)) * scale);
        if (lane.kind == ORR_TRACE_TICK) {
            draw->AddLine(ImVec2(left, at.y), ImVec2(left, at.y + height), ImGui::GetColorU32(ImGuiCol_TextDisabled));
            continue;
        }
        if (lane.worker >= threads || (lane.kind != ORR_TRACE_SYSTEM && lane.kind != ORR_TRACE_SPAN)) continue;
        const float right = at.x + float(double(busy_until(all, lane.end_ns)) * scale),
                    top = at.y + float(lane.worker) * high;
        const char *name = text_of(report, lane.name);
        const ImVec2 corner(left, top + 1), other(right > left + 1 ? right : left + 1, top + high - 1);
        draw->AddRectFilled(corner, other, colour_of(name));
        if (ImGui::IsItemHovered() && mouse.x >= corner.x && mouse.x < other.x && mouse.y >= corner.y &&
            mouse.y < other.y)
            ImGui::SetTooltip("%s  %.1f us  tick %" PRIu64, name, double(lane.end_ns - lane.begin_ns) * 1e-3,
                              lane.tick);
    }
}
