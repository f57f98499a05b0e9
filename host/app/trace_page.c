/* The page: the picture, tool tips that follow the pointer, names that light up together, the table. */
#include <inttypes.h>
#include <string.h>

#include "app/trace_draw.h"
#include "base/error.h"
#include "orrery.h"

static const char head[] = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                           "<meta name=\"viewport\" content=\"width=device-width\">\n<title>";
static const char look[] =
    "</title>\n<style>\n"
    ":root{color-scheme:light dark;--page:#f3f5f8;--card:#fff;--text:#1d2733;--muted:#677484;--line:#dfe4ea}\n"
    "@media(prefers-color-scheme:dark){:root{--page:#0b0f14;--card:#12171e;--text:#e6ebf1;--muted:#95a2b2;"
    "--line:#26303b}}\n"
    "body{margin:0;padding:24px;background:var(--page);color:var(--text);"
    "font:14px/1.45 ui-sans-serif,system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}\n"
    ".card{background:var(--card);border-radius:10px;box-shadow:0 1px 3px #0002;overflow-x:auto;margin-bottom:20px}\n"
    "svg{display:block}.e{cursor:default}.g text{pointer-events:auto;cursor:default}\n"
    "svg.lit .e{opacity:.16}svg.lit .e.on{opacity:1}\n"
    "#tip{position:fixed;visibility:hidden;white-space:pre;pointer-events:none;background:#10151cf2;color:#f4f6f8;"
    "padding:7px 10px;border-radius:6px;font-size:12.5px;max-width:60vw;z-index:1}\n"
    "#tip::first-line{font-weight:600}\n"
    "table{border-collapse:collapse;margin:8px 20px 18px;font-variant-numeric:tabular-nums}\n"
    "th,td{text-align:right;padding:5px 14px;border-bottom:1px solid var(--line)}\n"
    "th{color:var(--muted);font-weight:500}th:first-child,td:first-child{text-align:left;padding-left:0}\n"
    "tr.s td{border-bottom:0;padding-top:16px;color:var(--muted)}\n"
    "</style></head><body>\n<div class=\"card\">\n";
static const char script[] =
    "<div id=\"tip\"></div>\n<script>\n"
    "const svg = document.querySelector('svg'), tip = document.getElementById('tip');\n"
    "for (const bar of svg.querySelectorAll('.e')) {\n"
    "  const title = bar.querySelector('title');\n"
    "  bar.dataset.tip = title.textContent;\n"
    "  title.remove();\n"
    "}\n"
    "const nameOf = at => [...at.classList].find(c => /^n\\d+$/.test(c));\n"
    "function light(name) {\n"
    "  svg.classList.toggle('lit', !!name);\n"
    "  for (const bar of svg.querySelectorAll('.e.on')) bar.classList.remove('on');\n"
    "  if (name) for (const bar of svg.querySelectorAll('.e.' + name)) bar.classList.add('on');\n"
    "}\n"
    "svg.addEventListener('pointermove', event => {\n"
    "  const bar = event.target.closest('.e'), key = event.target.closest('.g');\n"
    "  light(key ? nameOf(key) : null);\n"
    "  tip.style.visibility = bar ? 'visible' : 'hidden';\n"
    "  if (!bar) return;\n"
    "  tip.textContent = bar.dataset.tip;\n"
    "  const right = event.clientX + 16 + tip.offsetWidth > innerWidth;\n"
    "  tip.style.left = event.clientX + (right ? -tip.offsetWidth - 12 : 14) + 'px';\n"
    "  tip.style.top = Math.min(event.clientY + 16, innerHeight - tip.offsetHeight - 8) + 'px';\n"
    "});\n"
    "svg.addEventListener('pointerleave', () => { tip.style.visibility = 'hidden'; light(null); });\n"
    "</script>\n</body></html>\n";

static void cell_time(orr__text *html, uint64_t ns)
{
    char time[32];
    orr__trace_time(time, sizeof time, ns, true);
    orr__text_add(html, "<td>%s", time);
}

static void add_row(orr__text *html, const orr__timeline *timeline, const orr__trace_row *row)
{
    orr__text_add(html, "<tr><td>");
    orr__text_add_xml(html, orr__trace_table_name(timeline, row));
    orr__text_add(html, "<td>");
    if (row->runs) orr__text_add_grouped(html, row->runs);
    cell_time(html, row->total_ns);
    if (row->runs) {
        cell_time(html, row->mean_ns);
        cell_time(html, row->p99_ns);
    } else {
        orr__text_add(html, "<td><td>");
    }
    orr__text_add(html, "<td>%u<td>", row->threads);
    if (row->rows) orr__text_add_grouped(html, row->rows);
    orr__text_add(html, "<td>%.1f %%\n", 100 * row->share);
}

static void add_table(orr__text *html, const orr__timeline *timeline, const orr__trace_table *table)
{
    static const char *const names[] = { "systems", "spans", "the tick's own work" };
    char time[32];
    orr__trace_time(time, sizeof time, timeline->duration_ns, true);
    orr__text_add(html, "</div>\n<div class=\"card\"><table>\n<tr><th>all of it: ");
    orr__text_add_grouped(html, timeline->tick_count);
    orr__text_add(html, " tick%s, %s<th>runs<th>total<th>mean<th>p99<th>threads<th>rows<th>share\n",
                  timeline->tick_count == 1 ? "" : "s", time);
    uint32_t section = UINT32_MAX;
    for (uint32_t i = 0; i < table->count; i++) {
        const uint32_t of = orr__trace_table_section(timeline, &table->items[i]);
        if (of != section) orr__text_add(html, "<tr class=\"s\"><td colspan=\"8\">%s\n", names[of]);
        section = of;
        add_row(html, timeline, &table->items[i]);
    }
    orr__text_add(html, "</table></div>\n");
}

int32_t orr__trace_page(orr__text *html, const orr__timeline *timeline, const orr__trace_table *table,
                        const orr__trace_part *part)
{
    orr__text_add_bytes(html, head, sizeof head - 1);
    orr__text_add_xml(html, timeline->script ? timeline->script : "timeline");
    orr__text_add_bytes(html, look, sizeof look - 1);
    const int32_t status = orr__trace_draw(html, timeline, part);
    if (status != ORR_OK) return status;
    add_table(html, timeline, table);
    orr__text_add_bytes(html, script, sizeof script - 1);
    return html->failed ? orr__fail(ORR_E_MEMORY, "no memory for the page") : ORR_OK;
}
