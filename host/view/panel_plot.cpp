// The panel: series over time, or how often which value.
#include "view/panel_parts.hpp"

#include <cfloat>
#include <cmath>
#include <cstdio>

namespace
{

struct extent {
    float least, most;
};

extent extent_of(const orr__history &h)
{
    extent e = { FLT_MAX, -FLT_MAX };
    for (uint32_t i = 0; i < h.count; i++) {
        e.least = h.values[i] < e.least ? h.values[i] : e.least;
        e.most = h.values[i] > e.most ? h.values[i] : e.most;
    }
    return e;
}

// As many points as there are pixels, each the mean of what falls on it.
void line(const orr__history &h, const extent &e, const ImRect &box, ImU32 colour)
{
    ImDrawList *draw = ImGui::GetWindowDrawList();
    const int points = ImMin(int(box.GetWidth()), int(h.count));
    const float room = e.most > e.least ? e.most - e.least : 1, flat = e.most > e.least ? 0.0f : 0.5f;
    for (int i = 0; i < points; i++) {
        const uint32_t from = uint32_t(uint64_t(h.count) * uint32_t(i) / uint32_t(points));
        const uint32_t to = uint32_t(uint64_t(h.count) * (uint32_t(i) + 1) / uint32_t(points));
        double sum = 0;
        for (uint32_t k = from; k < to; k++) sum += double(h.values[k]);
        const float share = (float(sum / (to - from)) - e.least) / room + flat;
        const float x = points > 1 ? float(i) / float(points - 1) : 0;
        draw->PathLineTo(ImVec2(box.Min.x + x * box.GetWidth(), box.Max.y - share * box.GetHeight()));
    }
    draw->PathStroke(colour, 0, 1.5f);
}

void histogram(const orr__history &h, const extent &e, const ImRect &box, ImU32 colour)
{
    constexpr int BINS = 40;
    uint32_t bins[BINS] = {}, most = 1;
    for (uint32_t i = 0; i < h.count; i++) {
        const float share = e.most > e.least ? (h.values[i] - e.least) / (e.most - e.least) : 0;
        const int bin = ImClamp(int(share * float(BINS)), 0, BINS - 1);
        most = ++bins[bin] > most ? bins[bin] : most;
    }
    const float width = box.GetWidth() / float(BINS);
    for (int i = 0; i < BINS; i++) {
        const float left = box.Min.x + float(i) * width;
        const float top = box.Max.y - box.GetHeight() * float(bins[i]) / float(most);
        if (bins[i])
            ImGui::GetWindowDrawList()->AddRectFilled(ImVec2(left, top), ImVec2(left + width - 1, box.Max.y), colour);
    }
}

// A number in few letters.
const char *brief(char (&out)[32], double value)
{
    const double size = std::fabs(value);
    std::snprintf(out, sizeof out, size >= 1000 && size < 1e8 ? "%.0f" : "%.4g", value);
    return out;
}

// From where to where: up in a line, along in a histogram. Returns what is left for the curve.
ImRect scale(const orr__history &h, const extent &e, ImRect box, bool bins)
{
    ImDrawList *draw = ImGui::GetWindowDrawList();
    ImFont *font = ImGui::GetFont();
    const float size = ImGui::GetFontSize() * 0.8f;
    const ImU32 colour = ImGui::GetColorU32(ImGuiCol_TextDisabled);
    char least[32], most[32];
    const float low = font->CalcTextSizeA(size, FLT_MAX, 0, brief(least, double(e.least))).x;
    const float high = font->CalcTextSizeA(size, FLT_MAX, 0, brief(most, double(e.most))).x;
    const float wide = low > high ? low : high, bottom = box.Max.y - size + 2;
    if (h.count < 2 || e.most <= e.least || box.GetWidth() < 3 * wide || box.GetHeight() < 2.5f * size) return box;
    draw->AddText(font, size, ImVec2(box.Min.x, bottom), colour, least);
    draw->AddText(font, size, bins ? ImVec2(box.Max.x - high, bottom) : ImVec2(box.Min.x, box.Min.y - 2), colour, most);
    if (bins)
        box.Max.y = bottom - 1;
    else
        box.Min.x += wide + 0.5f * size;
    return box;
}

void plot(orr__panel *panel, const orr__history &h, uint32_t index)
{
    const theme &t = look(panel);
    const bool bins = (panel->histograms >> index & 1u) != 0;
    const extent e = extent_of(h);
    ImGui::TextUnformatted(h.name);
    char last[32];
    std::snprintf(last, sizeof last, "%.6g", double(h.values[h.count - 1]));
    ImGui::SameLine(ImGui::GetContentRegionMax().x - ImGui::CalcTextSize(last).x);
    ImGui::TextColored(rgb(t.accent), "%s", last);
    const float width = ImMax(ImGui::GetContentRegionAvail().x, 1.0f), height = 56 * panel->ui;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    if (ImGui::InvisibleButton("##plot", ImVec2(width, height))) panel->histograms ^= 1u << index;
    ImRect box(at, ImVec2(at.x + width, at.y + height));
    ImGui::GetWindowDrawList()->AddRectFilled(box.Min, box.Max, ImGui::GetColorU32(ImGuiCol_FrameBg), 4);
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip("%.6g to %.6g\nclick: %s", double(e.least), double(e.most),
                          bins ? "over time" : "how often which value");
    box.Expand(ImVec2(-5 * panel->ui, -5 * panel->ui));
    if (box.GetWidth() < 2 || box.GetHeight() < 2) return;
    box = scale(h, e, box, bins);
    if (bins)
        histogram(h, e, box, ImGui::GetColorU32(rgb(t.accent)));
    else
        line(h, e, box, ImGui::GetColorU32(rgb(t.accent)));
}

} // namespace

extern "C" void orr__panel_plots(orr__panel *panel, const orr__panel_view *v)
{
    for (uint32_t i = 0; i < v->history_count; i++) {
        if (!v->histories[i].count) continue;
        ImGui::PushID(int(i));
        plot(panel, v->histories[i], i);
        ImGui::PopID();
    }
}
