// A tap on a command marks all of it, to be copied; so does Enter. What is marked by hand stays so.

for (const code of document.querySelectorAll("pre")) {
  const mark = () => { if (getSelection().isCollapsed) getSelection().selectAllChildren(code); };
  code.addEventListener("click", mark);
  code.addEventListener("keydown", (event) => { if (event.key === "Enter") mark(); });
}
