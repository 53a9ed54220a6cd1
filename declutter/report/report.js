"use strict";
(() => {
  const form = document.querySelector(".filters");
  const main = document.querySelector("main");
  if (!form) return;
  form.hidden = false;
  const articles = [...main.querySelectorAll("article")].map((element) => ({
    element,
    site: element.dataset.site,
    name: element.dataset.name,
    share: Number(element.dataset.share),
    parts: [...element.querySelectorAll("[data-k]")].map((line) => ({
      line,
      kind: line.dataset.k,
      score: Number(line.dataset.s),
      gone: line.classList.contains("gone") || line.tagName === "DEL",
    })),
  }));
  for (const article of articles) {
    article.doubt = Math.max(0, ...article.parts.filter((part) => part.gone).map((part) => part.score));
  }
  let matches = [];

  const chosen = () => ({
    what: form.what.value,
    kind: form.kind.value,
    site: form.site.value,
    low: Number(form.low.value || 0),
    high: Number(form.high.value || 1),
  });
  const fits = (part, wanted) =>
    (wanted.what === "all" || part.gone === (wanted.what === "gone")) &&
    (!wanted.kind || part.kind === wanted.kind) &&
    part.score >= wanted.low &&
    part.score <= wanted.high;

  function filter() {
    const wanted = chosen();
    const narrowed = wanted.what !== "gone" || wanted.kind || wanted.low > 0 || wanted.high < 1;
    matches = [];
    let shown = 0;
    for (const article of articles) {
      const found = article.parts.filter((part) => fits(part, wanted));
      const visible = (wanted.site === "*" || article.site === wanted.site) && (found.length > 0 || !narrowed);
      article.element.hidden = !visible;
      if (!visible) continue;
      shown += 1;
      for (const part of article.parts) part.line.classList.toggle("off", part.gone && !fits(part, wanted));
      matches.push(...found.map((part) => part.line));
    }
    const open = form.open.checked || wanted.what !== "gone";
    for (const fold of main.querySelectorAll("details")) fold.open = open;
    const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
    form.querySelector("output").value = `${plural(matches.length, "match").replace("matchs", "matches")} in ${plural(shown, "article")}`;
  }

  function order() {
    const by = {
      share: (a, b) => b.share - a.share,
      score: (a, b) => b.doubt - a.doubt,
      name: (a, b) => a.name.localeCompare(b.name),
    }[form.order.value];
    main.append(...articles.sort(by).map((article) => article.element));
    filter();
  }

  // a bar of a chart is a link to #kind=... or #site=...
  function follow() {
    const [name, value] = location.hash.slice(1).split("=");
    if (value === undefined || !["kind", "site"].includes(name)) return;
    const wanted = decodeURIComponent(value);
    if (![...form[name].options].some((option) => option.value === wanted)) return;
    form[name].value = wanted;
    filter();
    form.scrollIntoView();
  }

  function step(by) {
    if (!matches.length) return;
    const at = matches.indexOf(document.activeElement);
    const next = matches[at < 0 ? (by > 0 ? 0 : matches.length - 1) : (at + by + matches.length) % matches.length];
    const fold = next.closest("details");
    if (fold) fold.open = true;
    if (!next.hasAttribute("tabindex")) next.tabIndex = -1;
    next.focus({ focusVisible: true, preventScroll: true });
    next.scrollIntoView({ block: "center" });
  }

  for (const change of ["input", "change"]) form.addEventListener(change, (event) => (event.target.name === "order" ? order() : filter()));
  form.addEventListener("reset", () => {
    history.replaceState(null, "", location.pathname + location.search);
    setTimeout(order);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", follow);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.key === "n") step(1);
    else if (event.key === "p") step(-1);
    else if (event.key === "/") form.what.focus();
    else return;
    event.preventDefault();
  });
  filter();
  follow();
})();
