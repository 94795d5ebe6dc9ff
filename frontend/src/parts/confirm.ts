// One dialog for every destructive act. It says what will be lost; the button carries the verb.
interface Question {
  text: string;
  lost: string;
  verb: string;
}

function ask(question: Question, then: () => void): void {
  const dialog = document.getElementById("confirm") as HTMLDialogElement;
  dialog.querySelector("[data-text]")!.textContent = question.text;
  dialog.querySelector("[data-lost]")!.textContent = question.lost;
  const go = dialog.querySelector<HTMLButtonElement>("[data-go]")!;
  go.textContent = question.verb || go.dataset["default"] || "OK";
  dialog.returnValue = "";
  dialog.addEventListener("close", () => dialog.returnValue === "go" && then(), { once: true });
  dialog.showModal();
}

function questionOf(element: HTMLElement, text: string): Question {
  const { confirmLost = "", confirmVerb = "" } = element.dataset;
  return { text, lost: confirmLost, verb: confirmVerb };
}

export function startConfirm(): void {
  document.addEventListener("htmx:confirm", (event) => {
    const { detail, target } = event as CustomEvent<{ question?: string; issueRequest(skip: boolean): void }>;
    if (!detail.question) return;
    event.preventDefault();
    ask(questionOf(target as HTMLElement, detail.question), () => detail.issueRequest(true));
  });
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target as HTMLFormElement;
      const text = form.dataset["confirm"];
      if (!text || form.dataset["confirmed"]) return;
      event.preventDefault();
      event.stopPropagation();
      const { submitter } = event;
      ask(questionOf(form, text), () => {
        form.dataset["confirmed"] = "yes";
        form.requestSubmit(submitter);
        delete form.dataset["confirmed"];
      });
    },
    true,
  );
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const opener = target.closest<HTMLElement>("[data-open]");
    if (opener) (document.querySelector(opener.dataset["open"]!) as HTMLDialogElement | null)?.showModal();
    const closer = target.closest<HTMLElement>("[data-close-dialog]");
    if (closer) closer.closest("dialog")?.close();
    if (target instanceof HTMLDialogElement && target.classList.contains("sheet")) target.close();
  });
}
