// The draft and everything that was undone; every change goes through `change`, so that it can be taken back.
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the draft is open JSON, checked by the server
export type Json = any;

export interface Problem {
  place: string;
  problem: string;
}
export interface LanguageStatus {
  language: string;
  offered: boolean;
  total: number;
  missing: string[];
  to_check: string[];
}

/** A draft, and which question was open then: a step back shows what it changed. */
interface Step {
  draft: string;
  selected: number;
}

const MOST = 200;

export class State {
  draft: Json;
  selected = 0;
  problems: Problem[] = [];
  languages: LanguageStatus[] = [];
  private past: Step[] = [];
  private future: Step[] = [];
  private lastKey = "";

  constructor(
    draft: Json,
    private readonly changed: (redraw: boolean) => void,
  ) {
    this.draft = draft;
  }

  /** `key`: changes in a row with the same key (typing in one field) are one step back. */
  change(act: (draft: Json) => void, key = ""): void {
    if (!key || key !== this.lastKey) {
      this.past.push(this.now());
      if (this.past.length > MOST) this.past.shift();
    }
    this.lastKey = key;
    this.future = [];
    act(this.draft);
    this.changed(!key);
  }

  undo(): void {
    this.step(this.past, this.future);
  }

  redo(): void {
    this.step(this.future, this.past);
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  private now(): Step {
    return { draft: JSON.stringify(this.draft), selected: this.selected };
  }

  private step(from: Step[], to: Step[]): void {
    const before = from.pop();
    if (before === undefined) return;
    to.push(this.now());
    this.draft = JSON.parse(before.draft);
    this.lastKey = "";
    this.selected = Math.min(before.selected, this.draft.questions.length - 1);
    this.changed(true);
  }

  texts(): Record<string, string> {
    return Object.fromEntries([...this.draft.languages, ...this.draft.preparing].map((code: string) => [code, ""]));
  }

  freshName(): string {
    const taken = new Set(this.draft.questions.map((each: Json) => each.name));
    let number = this.draft.questions.length + 1;
    while (taken.has(`question_${number}`)) number += 1;
    return `question_${number}`;
  }

  freshQuestion(type: string): Json {
    const option = (value: string): Json => ({ value, text: this.texts() });
    const common = { type, name: this.freshName(), text: this.texts() };
    const own: Record<string, Json> = {
      score: { metric: "nps", low: this.texts(), high: this.texts(), required: true },
      rating: { style: "star", lowest: 1, highest: 5 },
      choice: { options: [option("1"), option("2")] },
      choices: { options: [option("1"), option("2")] },
      ranking: { options: [option("1"), option("2")] },
      matrix: { rows: [option("1")], columns: [option("1"), option("2"), option("3")] },
      contact: { fields: ["name", "email", "phone"] },
    };
    return { ...common, ...(own[type] ?? {}) };
  }

  move(from: number, to: number): void {
    if (to < 0 || to >= this.draft.questions.length || from === to) return;
    this.change((draft) => {
      this.selected = to;
      const [moved] = draft.questions.splice(from, 1);
      draft.questions.splice(to, 0, moved);
    });
  }
}
