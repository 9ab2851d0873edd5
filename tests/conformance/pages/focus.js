// Where the focus is: which of the stops of the page, and what shows it.
(() => {
  const listed = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")];
  const reachable = (element) => {
    const closed = element.closest("details:not([open])");
    if (closed && !(element.tagName === "SUMMARY" && element.parentElement === closed)) return false;
    return !element.disabled && element.type !== "hidden" && element.tabIndex >= 0;
  };
  // Of the buttons of one choice, the chosen one is the stop, or the first.
  const stops = listed.filter(reachable).filter((element) => {
    if (element.type !== "radio") return true;
    const group = listed.filter((other) => other.type === "radio" && other.name === element.name && other.form === element.form);
    return element === (group.find((other) => other.checked) || group[0]);
  });
  const at = document.activeElement;
  const said = { total: stops.length, place: stops.indexOf(at), tag: at.tagName.toLowerCase(), id: at.id, name: at.name || "", value: at.value ?? "" };
  if (at === document.body) return { ...said, tag: "body" };
  const style = getComputedStyle(at), box = at.getBoundingClientRect();
  return {
    ...said,
    type: at.type || "",
    words: (at.labels?.[0] || at).textContent.replace(/\s+/g, " ").trim().slice(0, 80),
    href: at.getAttribute("href") || "",
    checked: at.checked === true,
    outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && at.matches(":focus-visible"),
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
})()
