// What a page looks like, measured from its computed styles. Evaluated by the debugger, since the pages run no script.
(() => {
  const complaints = [];
  const shown = (element) => {
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    return style.visibility !== "hidden" && style.display !== "none" && box.width > 0 && box.height > 0;
  };
  const beyond = (element) => element.closest(".skip, .beside") !== null;
  const name = (element) => `${element.tagName.toLowerCase()} "${(element.textContent || "").trim().slice(0, 40)}"`;

  // Colours, as WCAG 2.2 computes contrast: relative luminance of what is painted, backgrounds laid over each other.
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const over = (top, under) => top.slice(0, 3).map((part, at) => part * top[3] + under[at] * (1 - top[3]));
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    const canvas = matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18] : [255, 255, 255];
    return layers.reverse().reduce((under, layer) => over(layer, under), canvas);
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };

  let texts = 0, least = 21;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !shown(element) || beyond(element)) continue;
    const under = ground(element);
    const ratio = contrast(over(parse(getComputedStyle(element).color), under), under);
    texts += 1;
    least = Math.min(least, ratio);
    if (ratio < 4.5) complaints.push(`contrast ${ratio.toFixed(2)} of ${name(element)}`);
  }
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!shown(field) || beyond(field)) continue;
    const style = getComputedStyle(field);
    const inside = ground(field);
    const ink = contrast(over(parse(style.color), inside), inside);
    if (ink < 4.5) complaints.push(`contrast ${ink.toFixed(2)} of what is typed in ${field.name}`);
    if (["radio", "checkbox"].includes(field.type)) continue;
    const edge = contrast(over(parse(style.borderTopColor), ground(field.parentElement)), ground(field.parentElement));
    if (edge < 3) complaints.push(`contrast ${edge.toFixed(2)} of the edge of ${field.name}`);
  }

  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > wide) complaints.push(`it scrolls sideways: ${document.documentElement.scrollWidth} in ${wide}`);
  for (const element of document.body.querySelectorAll("*")) {
    if (!shown(element) || beyond(element)) continue;
    const box = element.getBoundingClientRect();
    if (box.right > wide + 0.5 || box.left < -0.5) complaints.push(`${name(element)} reaches from ${box.left} to ${box.right}`);
  }
  for (const element of document.querySelectorAll("a, button, input, select, textarea, summary")) {
    const box = element.getBoundingClientRect();
    if (!shown(element) || beyond(element)) continue;
    // WCAG 2.2, 2.5.8: 24 by 24, but for links in a sentence; a label beside a box is pressed with it.
    const pressed = element.labels?.length && ["radio", "checkbox"].includes(element.type) ? element.labels[0].getBoundingClientRect() : box;
    const inline = element.tagName === "A" && getComputedStyle(element).display === "inline";
    if (!inline && (pressed.height < 24 || pressed.width < 24)) complaints.push(`${name(element)} is ${pressed.width} by ${pressed.height}`);
  }

  if (document.documentElement.lang !== "en") complaints.push(`lang is "${document.documentElement.lang}"`);
  if (!document.title.includes(" · ")) complaints.push(`title is "${document.title}"`);
  if (document.querySelectorAll("main").length !== 1) complaints.push("not one main");
  const heights = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(shown).map((heading) => Number(heading.tagName[1]));
  if (heights[0] !== 1 || heights.filter((height) => height === 1).length !== 1) complaints.push(`headings ${heights}`);
  heights.slice(1).forEach((height, at) => {
    if (height > heights[at] + 1) complaints.push(`a heading is left out: ${heights}`);
  });
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
  if (twice.length) complaints.push(`ids stand twice: ${twice}`);
  for (const attribute of ["aria-describedby", "aria-labelledby", "for"]) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      const lost = element.getAttribute(attribute).split(/\s+/).filter((id) => !ids.includes(id));
      if (lost.length) complaints.push(`${attribute} names ${lost}, which is not there`);
    }
  }
  return { complaints: [...new Set(complaints)], texts, least };
})()
