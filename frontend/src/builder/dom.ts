// Elements in one line; words come from the server.
type Child = Node | string | false | null | undefined;
type Attributes = Record<string, string | boolean | number | ((event: never) => void) | undefined>;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value as unknown as EventListener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== false && child != null));
  return element;
}

let loaded: Record<string, string> | undefined;
export function say(key: string, ...values: (string | number)[]): string {
  loaded ??= JSON.parse(document.getElementById("builder-words")!.textContent!) as Record<string, string>;
  return values.reduce<string>((text, value) => text.replace("%s", String(value)), loaded[key] ?? key);
}

export function button(label: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  return h("button", { type: "button", class: "btn btn-xs btn-ghost", click: act, ...attributes }, label);
}

export function choose(
  label: string,
  value: string,
  options: [string, string][],
  act: (value: string) => void,
  attributes: Attributes = {},
): HTMLSelectElement {
  const rows = options.map(([key, text]) => h("option", { value: key, selected: key === value }, text));
  const change = (event: Event): void => act((event.target as HTMLSelectElement).value);
  return h("select", { class: "select select-sm", "aria-label": label, change, ...attributes }, ...rows);
}
