// The panel: how it looks, and the parts that all of it is made of.
#include "view/panel_parts.hpp"

#include <cinttypes>
#include <cmath>
#include <cstdio>

namespace
{

// Not by a graphics card. SDL then takes ten times as long for a round corner as for a square one.
bool is_painted(SDL_Renderer *renderer)
{
    SDL_RendererInfo info;
    return SDL_GetRendererInfo(renderer, &info) == 0 && (info.flags & SDL_RENDERER_SOFTWARE);
}

} // namespace

extern "C" void orr__panel_style(const orr__panel *panel)
{
    const theme &t = look(panel);
    ImGuiStyle &to = ImGui::GetStyle();
    to = ImGuiStyle();
    if (panel->light)
        ImGui::StyleColorsLight();
    else
        ImGui::StyleColorsDark();
    to.WindowRounding = 0;
    const bool round = !is_painted(panel->renderer);
    to.FrameRounding = to.GrabRounding = to.PopupRounding = to.ChildRounding = round ? 4 : 0;
    to.ScrollbarRounding = round ? 6 : 0;
    to.ScrollbarSize = 10;
    to.WindowBorderSize = 0;
    to.WindowPadding = ImVec2(12, 10);
    to.FramePadding = ImVec2(7, 4);
    to.ItemSpacing = ImVec2(7, 6);
    to.CellPadding = ImVec2(4, 2);
    const struct {
        int what;
        ImVec4 colour;
    } list[] = { { ImGuiCol_Text, rgb(t.text) },
                 { ImGuiCol_TextDisabled, rgb(t.faint) },
                 { ImGuiCol_WindowBg, rgb(t.ground, panel->light ? 1 : 0.95f) },
                 { ImGuiCol_PopupBg, rgb(t.ground, 0.98f) },
                 { ImGuiCol_ChildBg, rgb(t.raised, 0.5f) },
                 { ImGuiCol_Border, rgb(t.hovered) },
                 { ImGuiCol_FrameBg, rgb(t.raised) },
                 { ImGuiCol_FrameBgHovered, rgb(t.hovered) },
                 { ImGuiCol_FrameBgActive, rgb(t.pressed) },
                 { ImGuiCol_Button, rgb(t.raised) },
                 { ImGuiCol_ButtonHovered, rgb(t.hovered) },
                 { ImGuiCol_ButtonActive, rgb(t.pressed) },
                 { ImGuiCol_Header, rgb(t.raised, 0.6f) },
                 { ImGuiCol_HeaderHovered, rgb(t.hovered) },
                 { ImGuiCol_HeaderActive, rgb(t.pressed) },
                 { ImGuiCol_SliderGrab, rgb(t.accent) },
                 { ImGuiCol_SliderGrabActive, rgb(t.accent) },
                 { ImGuiCol_CheckMark, rgb(t.accent) },
                 { ImGuiCol_Separator, rgb(t.hovered) },
                 { ImGuiCol_SeparatorHovered, rgb(t.accent) },
                 { ImGuiCol_ResizeGrip, rgb(t.ground, 0) },
                 { ImGuiCol_ScrollbarBg, rgb(t.ground, 0) },
                 { ImGuiCol_ScrollbarGrab, rgb(t.hovered) },
                 { ImGuiCol_TableHeaderBg, rgb(t.raised) },
                 { ImGuiCol_TableRowBg, rgb(t.ground, 0) },
                 { ImGuiCol_TableRowBgAlt, rgb(t.raised, 0.35f) } };
    for (const auto &item : list) to.Colors[item.what] = item.colour;
    to.ScaleAllSizes(panel->ui);
}

// 12345678 as 12,345,678.
extern "C" const char *orr__panel_grouped(uint64_t number, char (&out)[32])
{
    char digits[24];
    const int length = std::snprintf(digits, sizeof digits, "%" PRIu64, number);
    int at = 0;
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0) out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

// A name at the left, cut where the next column begins; all of it, and its help, when the mouse is over it.
extern "C" void orr__panel_label(const char *name, const char *help, float width, const ImVec4 &colour)
{
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = ImGui::GetFrameHeight();
    const bool fits = ImGui::CalcTextSize(name).x <= width - 4;
    ImGui::AlignTextToFramePadding();
    const float top = at.y + ImGui::GetStyle().FramePadding.y;
    ImGui::PushStyleColor(ImGuiCol_Text, colour);
    ImGui::RenderTextEllipsis(ImGui::GetWindowDrawList(), ImVec2(at.x, top), ImVec2(at.x + width - 6, at.y + height),
                              at.x + width - 6, at.x + width - 6, name, nullptr, nullptr);
    ImGui::PopStyleColor();
    ImGui::Dummy(ImVec2(width, height));
    if ((!fits || *help) && ImGui::IsItemHovered()) ImGui::SetTooltip("%s%s%s", name, *help ? "\n" : "", help);
    ImGui::SameLine(0, 0);
}

extern "C" void orr__panel_remember(orr__panel *panel, float edge)
{
    const ImVec2 at = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
    if (panel->box_count < IM_ARRAYSIZE(panel->boxes))
        panel->boxes[panel->box_count++] = ImRect(at, ImVec2(at.x + size.x + edge, at.y + size.y));
}
