// Large files go piece by piece (tus 1.0): a line that breaks costs one piece, and a reload can be gone on from.
//
// <form data-pieces="/imports/uploads" data-pieces-from="4194304"> holds a file field, and a [data-pieces-bar] with a
// progress and a place for words. A form with data-upload, data-name, data-size, data-modified goes on with a half-sent file.
import { toast } from "./toasts";

const PIECE = 8 * 1024 * 1024;
const WAITS = [1, 2, 4, 8, 15, 30, 30, 60, 60, 60]; // seconds; as many failures in a row end it
const TUS = { "Tus-Resumable": "1.0.0" };

interface Half {
  url: string;
  name: string;
  size: number;
  modified: number;
}

/** What will never do, however often it is tried: the server's words. */
class Refusal extends Error {}

const csrf = (): string => document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";

const inBase64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

async function ask(url: string, method: string, headers: Record<string, string>, body?: Blob): Promise<Response> {
  const all = { ...TUS, "X-CSRFToken": csrf(), ...headers };
  const answer = await fetch(url, { method, headers: all, redirect: "manual", ...(body ? { body } : {}) });
  if (answer.ok || answer.status === 409 || answer.status === 423 || answer.status === 460) return answer;
  if (answer.status >= 500 || answer.status === 408 || answer.status === 429) throw new Error(String(answer.status));
  const told = (await answer.json().catch(() => ({}))) as { title?: string; detail?: string };
  throw new Refusal(told.detail || told.title || String(answer.status));
}

async function begin(url: string, file: File, kind: string): Promise<string> {
  const told = { filename: file.name, kind, modified: String(file.lastModified) };
  const metadata = Object.entries(told).map(([name, value]) => `${name} ${inBase64(value)}`);
  const head = { "Upload-Length": String(file.size), "Upload-Metadata": metadata.join(",") };
  const answer = await ask(url, "POST", head);
  return answer.headers.get("Location")!;
}

/** The next byte wanted, and once all are there the import's page. */
interface Standing {
  offset: number;
  result: string | null;
}

const standing = (answer: Response): Standing => ({
  offset: Number(answer.headers.get("Upload-Offset")),
  result: answer.headers.get("Content-Location"),
});

class Sending {
  private bar: HTMLProgressElement;
  private said: HTMLElement;

  constructor(
    private form: HTMLFormElement,
    private file: File,
  ) {
    const place = form.querySelector<HTMLElement>("[data-pieces-bar]")!;
    place.hidden = false;
    this.bar = place.querySelector("progress")!;
    this.said = place.querySelector("[data-said]")!;
  }

  private say(words: string | undefined, value?: string): void {
    this.said.textContent = (words ?? "").replace("{n}", value ?? "");
  }

  private show(offset: number): void {
    this.bar.value = offset / this.file.size;
    const share = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(this.bar.value);
    this.say(this.form.dataset["sending"], share);
  }

  /** Send everything from where the server stands; the import's page. */
  async run(url: string | null): Promise<string> {
    let failures = 0;
    let place = url;
    let now: Standing | null = null;
    for (;;) {
      try {
        place ??= await begin(this.form.dataset["pieces"]!, this.file, String(new FormData(this.form).get("kind")));
        now ??= standing(await ask(place, "HEAD", {}));
        this.show(now.offset);
        if (now.offset >= this.file.size) return now.result ?? location.pathname;
        const piece = this.file.slice(now.offset, now.offset + PIECE);
        const head = { "Upload-Offset": String(now.offset), "Content-Type": "application/offset+octet-stream" };
        const answer = await ask(place, "PATCH", head, piece);
        if (!answer.ok) throw new Error(String(answer.status));
        now = standing(answer);
        failures = 0;
      } catch (error) {
        if (error instanceof Refusal || failures >= WAITS.length) throw error;
        now = null;
        await this.pause(WAITS[failures++]!);
      }
    }
  }

  /** Wait, or until the connection is back. */
  private pause(seconds: number): Promise<void> {
    this.say(this.form.dataset["broken"], String(seconds));
    return new Promise((resolve) => {
      window.setTimeout(resolve, seconds * 1000);
      window.addEventListener("online", () => resolve(), { once: true });
    });
  }
}

function halfOf(form: HTMLFormElement): Half {
  const { upload, name, size, modified } = form.dataset;
  return { url: upload!, name: name!, size: Number(size), modified: Number(modified) };
}

const fits = (half: Half, file: File): boolean =>
  half.name === file.name && half.size === file.size && (half.modified === 0 || half.modified === file.lastModified);

/** The half-sent file of this page that this one goes on with. */
function halfSent(file: File): string | null {
  const forms = [...document.querySelectorAll<HTMLFormElement>("form[data-upload]")];
  return forms.map(halfOf).find((half) => fits(half, file))?.url ?? null;
}

async function send(form: HTMLFormElement, file: File): Promise<void> {
  const sending = new Sending(form, file);
  const buttons = [...document.querySelectorAll<HTMLButtonElement>("form[data-pieces] button")];
  const stay = (event: BeforeUnloadEvent): void => event.preventDefault();
  window.addEventListener("beforeunload", stay);
  for (const button of buttons) button.disabled = true;
  try {
    const page = await sending.run(halfSent(file));
    window.removeEventListener("beforeunload", stay);
    location.assign(page);
  } catch (error) {
    window.removeEventListener("beforeunload", stay);
    for (const button of buttons) button.disabled = false;
    const words = error instanceof Refusal ? error.message : (form.dataset["stopped"] ?? "");
    form.querySelector("[data-said]")!.textContent = words;
    toast({ text: words, level: "error" });
  }
}

export function startPieces(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("form[data-pieces]")) return;
    const file = form.querySelector<HTMLInputElement>("input[type=file]")?.files?.[0];
    const goesOn = form.dataset["upload"] !== undefined;
    if (!file || (!goesOn && file.size <= Number(form.dataset["piecesFrom"]))) return;
    event.preventDefault();
    if (goesOn && !fits(halfOf(form), file)) toast({ text: form.dataset["another"] ?? "", level: "error" });
    else void send(form, file);
  });
}
