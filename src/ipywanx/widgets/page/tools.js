// Which tools and steps are there, by which key and under which sign?

const TOOLS = {
  brush: { key: "b", icon: "M4 20c4 0 4-4 7-4l8-10-3-2-8 9c-3 1-1 5-4 7z" },
  eraser: { key: "e", icon: "M4 15l9-9 6 6-7 7H7zM8 11l6 6" },
  rectangle: { key: "r", icon: "M4 6h16v12H4z" },
  ellipse: { key: "o", icon: "M12 5c5 0 9 3 9 7s-4 7-9 7-9-3-9-7 4-7 9-7z" },
  lasso: { key: "l", icon: "M5 14C1 8 8 3 14 4s9 6 5 10-11 4-12 1 3-3 3 0-2 4-4 5" },
  polygon: { key: "p", icon: "M4 9l9-5 7 7-4 9-10-2z" },
  fill: { key: "f", icon: "M5 12l7-7 7 7-7 7zM20 15c2 3 1 4 0 4s-2-1 0-4z" },
  wand: { key: "w", icon: "M4 20L14 10M17 4v4M15 6h4M20 11v3M18 12h4M10 3v3M9 4h3" },
};
const STEPS = {
  undo: { icon: "M9 7L4 12l5 5M4 12h10c8 0 7 7 3 7" },
  redo: { icon: "M15 7l5 5-5 5M20 12H10c-8 0-7 7-3 7" },
  grow: { icon: "M12 3v18M3 12h18M9 6l3-3 3 3M9 18l3 3 3-3" },
  shrink: { icon: "M12 2v8M12 22v-8M9 7l3 3 3-3M9 17l3-3 3 3M3 12h4M17 12h4" },
  smooth: { icon: "M3 16c5 0 4-9 9-9s4 9 9 9" },
  invert: { icon: "M12 4a8 8 0 100 16zM12 4a8 8 0 010 16" },
  clear: { icon: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13" },
};
const SIGNS = {
  zoom_in: "M10 4a6 6 0 100 12 6 6 0 000-12zM15 15l5 5M7 10h6M10 7v6",
  zoom_out: "M10 4a6 6 0 100 12 6 6 0 000-12zM15 15l5 5M7 10h6",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  peek: "M2 12c5-8 15-8 20 0-5 8-15 8-20 0zM12 9a3 3 0 100 6 3 3 0 000-6z",
  import: "M12 3v11M8 10l4 4 4-4M4 15v5h16v-5",
};

const isBrush = (tool) => tool === "brush" || tool === "eraser";
const isBox = (tool) => tool === "rectangle" || tool === "ellipse";
