// What is remembered, and whether it may be. Nothing is written to the device before consent; never a cookie.
const NAME = "allears";
export type Mode = "required" | "memory" | "granted";

export interface Parcel {
  path: string;
  body: object;
  done?: ((answer: any) => void) | undefined;
}
interface Kept {
  yes?: boolean; // consent
  id?: string; // the visitor's own random name
  queue?: Parcel[];
}

export const random = (): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("");
};

export class Memory {
  visitor = random();
  userId = "";
  proof = "";
  queue: Parcel[] = [];
  #answer: boolean | undefined; // to "may we remember you?"

  /** `refused`: the browser says no for its owner, so nothing counts but a yes that was given here. */
  constructor(
    readonly mode: Mode,
    refused: boolean,
  ) {
    if (refused) this.mode = "required";
    const kept = this.#read();
    if (kept.yes) this.#answer = true;
    else if (refused) this.#forget();
    if (this.mayStore) {
      this.visitor = kept.id || this.visitor;
      this.queue = kept.queue || [];
      this.keep();
    }
  }
  get maySend(): boolean {
    return this.#answer ?? this.mode !== "required";
  }
  get mayStore(): boolean {
    return this.#answer ?? this.mode === "granted";
  }
  consent(yes: boolean): void {
    this.#answer = yes;
    if (yes) return this.keep();
    this.queue = [];
    this.visitor = random();
    this.#forget();
  }
  #forget(): void {
    try {
      localStorage.removeItem(NAME);
    } catch {
      // a page without storage has nothing of ours to remove
    }
  }
  keep(): void {
    if (!this.mayStore) return;
    const kept: Kept = { yes: this.#answer === true, id: this.visitor, queue: this.queue };
    try {
      localStorage.setItem(NAME, JSON.stringify(kept));
    } catch {
      // storage is full or forbidden: memory alone, then
    }
  }
  #read(): Kept {
    try {
      return JSON.parse(localStorage.getItem(NAME) || "{}") as Kept;
    } catch {
      return {};
    }
  }
}
