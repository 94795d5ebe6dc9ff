// Tabs in a line may be wider than a phone: the present one is brought into view, without moving the page.
export function startTabs(): void {
  for (const line of document.querySelectorAll<HTMLElement>(".tabs-line")) {
    const present = line.querySelector<HTMLElement>("[aria-current=page]");
    if (!present || line.scrollWidth <= line.clientWidth) continue;
    const from = present.getBoundingClientRect().left - line.getBoundingClientRect().left + line.scrollLeft;
    line.scrollLeft = from - (line.clientWidth - present.offsetWidth) / 2;
  }
}
