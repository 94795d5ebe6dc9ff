// A table that is wider than its place scrolls; the keyboard reaches it only when it takes the focus.
const WIDE = ".table-wrap, .chart-table, .tabs-line";

function judge(box: HTMLElement): void {
  const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
  if (!scrolls) box.removeAttribute("tabindex");
  else if (!box.querySelector("a[href], button, input, select, textarea, [tabindex]")) box.tabIndex = 0;
}

const sizes = new ResizeObserver((changed) => changed.forEach(({ target }) => judge(target as HTMLElement)));

export function startScrollers(root: ParentNode): void {
  for (const box of root.querySelectorAll<HTMLElement>(WIDE)) sizes.observe(box);
}
