// When to wonder whether to ask. The server has the last word: each of these only proposes.
export interface Trigger {
  id: string;
  on: "event" | "page" | "delay" | "scroll" | "exit";
  value: string | number;
  page?: string; // only where the path looks like this, * for anything
}

const like = (pattern: string): boolean =>
  new RegExp(`^${pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*")}$`).test(
    location.pathname,
  );

export class Triggers {
  #fired: Set<string>;

  constructor(
    readonly all: Trigger[],
    readonly fire: (id: string) => void,
    wondered: string[] = [], // what the server has decided about already
  ) {
    this.#fired = new Set(wondered);
    for (const each of all) this.#watch(each);
    this.visited();
  }
  #try(each: Trigger): void {
    if (this.#fired.has(each.id) || (each.page && !like(each.page))) return;
    this.#fired.add(each.id);
    this.fire(each.id);
  }
  #watch(each: Trigger): void {
    const value = Number(each.value);
    if (each.on === "delay") setTimeout(() => this.#try(each), value * 1000);
    if (each.on === "scroll") {
      const look = () => {
        if (((scrollY + innerHeight) / document.documentElement.scrollHeight) * 100 < value) return;
        removeEventListener("scroll", look);
        this.#try(each);
      };
      addEventListener("scroll", look, { passive: true });
    }
    if (each.on === "exit") {
      document.addEventListener("mouseout", (event) => {
        if (!event.relatedTarget && event.clientY <= 0) this.#try(each);
      });
    }
  }
  happened(name: string): void {
    for (const each of this.all) if (each.on === "event" && each.value === name) this.#try(each);
  }
  visited(): void {
    for (const each of this.all) if (each.on === "page" && like(String(each.value))) this.#try(each);
  }
}
