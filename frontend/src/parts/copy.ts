// <button data-copy="#id"> copies what the person sees.
import { toast } from "./toasts";
import { word } from "./words";

async function copy(button: HTMLElement): Promise<void> {
  const source = document.querySelector<HTMLElement>(button.dataset["copy"]!);
  const text = source instanceof HTMLInputElement ? source.value : (source?.textContent ?? "").trim();
  try {
    await navigator.clipboard.writeText(text);
    toast({ text: word("copied") });
  } catch {
    if (source) getSelection()?.selectAllChildren(source);
    toast({ text: word("copy_by_hand") });
  }
}

export function startCopy(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-copy]");
    if (button) void copy(button);
  });
}
