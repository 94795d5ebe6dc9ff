// Words come from the server, so that every translation stands in one place (web/context.py: words()).
let loaded: Record<string, string> | undefined;

export function word(key: string): string {
  loaded ??= JSON.parse(document.getElementById("ui-words")?.textContent ?? "{}") as Record<string, string>;
  return loaded[key] ?? key;
}

export const language = (): string => document.documentElement.lang || "en";
