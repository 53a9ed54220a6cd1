"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const article = $("article");
  const kinds = [...document.querySelectorAll("[data-kind]")];
  const kindOf = Object.fromEntries(kinds.map((button) => [button.dataset.key, button.dataset.kind]));
  const kept = new Set(kinds.filter((button) => button.classList.contains("kept")).map((button) => button.dataset.kind));
  const words = (kind) => kind.replace("_", " ");
  let view = null; // what the server last told
  let chosen = [0, 0]; // first and last line that an answer is for
  let busy = false;

  async function ask(path, body) {
    if (busy) return;
    busy = true;
    try {
      const options = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
      const response = await fetch(path, options);
      const told = await response.json();
      if (!response.ok) throw new Error(told.error);
      $("failed").textContent = "";
      show(told);
    } catch (error) {
      const gone = error instanceof TypeError;
      $("failed").textContent = gone ? "Not saved: declutter review has ended. Start it again; all earlier answers are safe." : error.message;
    } finally {
      busy = false;
    }
  }

  function make(tag, text, css) {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (css) element.className = css;
    return element;
  }

  function drawn(line) {
    const row = make("p", undefined, "line");
    row.dataset.at = line.at;
    row.classList.toggle("gap", line.gap);
    const kind = line.answer ?? line.kind;
    const goes = line.answer ? !kept.has(line.answer) : !line.keep;
    row.classList.add(`k-${kind}`);
    const text = make("span");
    text.dir = "auto";
    for (const [piece, span] of line.pieces) {
      const struck = goes || (span && line.answer !== "body");
      text.append(struck ? make("del", piece, span && !goes ? `k-${span}` : "") : document.createTextNode(piece));
    }
    const note = make("small");
    note.append(line.answer ? "✓ " : "", make("b", words(kind)), line.answer ? "" : ` ${line.score.toFixed(2)}`);
    row.append(text, note);
    row.title = line.answer ? "answered" : line.reason;
    return row;
  }

  function show(told) {
    view = told;
    const total = told.answered + told.left;
    $("done").value = `${told.answered.toLocaleString("en")} answered, ${told.left.toLocaleString("en")} to ask`;
    $("progress").value = total ? told.answered / total : 1;
    document.querySelector("[data-act=undo]").disabled = !told.undo;
    const none = told.article === null;
    for (const button of [...kinds, ...document.querySelectorAll("[data-act=agree], [data-act=skip], [data-act=block]")]) button.disabled = none;
    article.replaceChildren();
    $("asked").replaceChildren();
    $("site").textContent = none ? "" : told.site;
    $("name").textContent = none ? "" : told.name;
    if (none) {
      article.append(make("p", `Every line is answered. The labelled articles are in ${told.folder}.`, "empty"));
      return;
    }
    const left = (count, where) => count > 0 && article.append(make("p", `${count.toLocaleString("en")} more lines ${where}`, "more"));
    left(told.before, "above");
    article.append(...told.lines.map(drawn));
    left(told.after, "below");
    choose(told.line, told.line);
    row(told.line).scrollIntoView({ block: "center" });
  }

  const line = (at) => view.lines[at - view.before];
  const row = (at) => article.querySelector(`[data-at="${at}"]`);

  function choose(first, last) {
    chosen = [first, last];
    for (const element of article.querySelectorAll(".line")) {
      const at = Number(element.dataset.at);
      element.classList.toggle("chosen", at >= first && at <= last);
      element.classList.toggle("asked", at === view.line);
      if (at === view.line) element.setAttribute("aria-current", "true");
    }
    const asked = line(view.line);
    const many = last - first + 1;
    const score = make("b", asked.keep ? "stays" : "goes");
    $("asked").replaceChildren(
      many > 1 ? `${many} lines chosen. ` : "",
      "This line ", score, `, as ${words(asked.kind)}, with a score of ${asked.score.toFixed(2)}: ${asked.reason}`,
    );
    document.querySelector("[data-act=block]").setAttribute("aria-pressed", String(many > 1));
  }

  const acts = {
    agree: () => answer(null),
    skip: () => ask("skip", { article: view.article, line: view.line }),
    undo: () => view.undo && ask("undo", {}),
    next: () => ask("question"),
    help: () => $("help").showModal(),
    retrain: () => ($("training").showModal(), training()),
    block() {
      if (chosen[0] !== chosen[1]) return choose(view.line, view.line);
      const asked = line(view.line);
      const alike = (other) => other && other.kind === asked.kind && other.keep === asked.keep && (other.answer === null || other === asked);
      let [first, last] = [view.line, view.line];
      while (alike(line(first - 1))) first -= 1;
      while (alike(line(last + 1))) last += 1;
      choose(first, last);
    },
  };

  function answer(kind) {
    const lines = [];
    for (let at = chosen[0]; at <= chosen[1]; at += 1) lines.push(at);
    ask("answer", { article: view.article, line: view.line, lines, kind });
  }

  function move(by) {
    const at = view.line + by;
    if (at >= 0 && at < view.before + view.lines.length + view.after) go(at);
  }
  const go = (at) => ask(`question?article=${view.article}&line=${at}`);

  // Shift and an arrow move the end of the choice that is farther that way; the line asked about always stays in
  function stretch(by) {
    let [first, last] = chosen;
    if (by > 0) first < view.line ? (first += 1) : (last += 1);
    else last > view.line ? (last -= 1) : (first -= 1);
    if (line(first) && line(last)) {
      choose(first, last);
      row(by > 0 ? last : first).scrollIntoView({ block: "nearest" });
    }
  }

  const keys = { Enter: "agree", " ": "skip", u: "undo", z: "block", Escape: "next", "?": "help" };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") || !view) return;
    if (["Enter", " "].includes(event.key) && event.target.tagName === "BUTTON") return;
    // with a keyboard of another script, the key where the letter is on a Latin one
    const key = /^Key[A-Z]$/.test(event.code) && !/^[a-z]$/i.test(event.key) ? event.code[3].toLowerCase() : event.key;
    const plain = key.length === 1 ? key.toLowerCase() : key;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (view.article !== null) (event.shiftKey ? stretch : move)(event.key === "ArrowDown" ? 1 : -1);
    } else if (keys[plain]) {
      if (view.article !== null || ["undo", "help", "next"].includes(keys[plain])) acts[keys[plain]]();
    } else if (kindOf[plain] && view.article !== null) answer(kindOf[plain]);
    else return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.kind) answer(button.dataset.kind);
    else if (button?.dataset.act) acts[button.dataset.act]();
    else if (event.target.closest(".line") && !String(getSelection())) go(Number(event.target.closest(".line").dataset.at));
    // so that the keys go on working after a click
    if (button?.dataset.kind || ["agree", "skip", "undo", "block"].includes(button?.dataset.act)) article.focus({ preventScroll: true });
  });

  // retraining

  $("train").addEventListener("click", () => training(true));

  async function training(start) {
    const told = $("training-told");
    try {
      const options = start && { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" };
      const response = await fetch("retrain", options || {});
      const state = await response.json();
      if (!response.ok) throw new Error(state.error);
      $("train").disabled = state.state === "running";
      told.replaceChildren(...trained(state));
      if (state.state === "running" && $("training").open) setTimeout(training, 1000);
    } catch (error) {
      told.replaceChildren(make("p", error instanceof TypeError ? "declutter review has ended." : error.message));
    }
  }

  function trained(state) {
    if (state.state === "idle") return [make("p", `Learns from the samples named with --samples and from what is answered so far (${view.answered} lines), and compares the model in use with the new one, on lines that neither has learned from. It takes some minutes; go on meanwhile.`)];
    if (state.state === "failed") return [make("p", state.told)];
    if (state.state === "running") return [make("p", `Training: step ${state.done + 1} of ${state.of}. You can close this and go on.`)];
    const table = make("table");
    const head = table.createTHead().insertRow();
    for (const title of ["Held-out lines", "Lines", "Right", "Body kept", "Clutter dropped"]) head.append(make("th", title));
    const body = table.createTBody();
    for (const one of state.rows) {
      const cells = body.insertRow();
      cells.append(make("td", one.name + (one.known ? " (the model in use has learned from these)" : "")), make("td", one.lines.toLocaleString("en")));
      for (const name of ["right", "body_kept", "clutter_dropped"]) cells.append(change(one.before[name], one.after[name]));
    }
    return [
      table,
      make("p", "Before → after. Reviewed lines are the doubtful ones, so their figures lie below those of whole articles."),
      make("p", `Use it with --model ${state.model}`),
    ];
  }

  function change(before, after) {
    const told = (share) => (share === null ? "–" : share.toFixed(3));
    return make("td", `${told(before)} → ${told(after)}`, after > before ? "better" : after < before ? "worse" : "");
  }

  ask("question");
})();
