import DOMPurify from "dompurify";
import { Parser, type Token } from "marked";
import { linkTarget } from "./links.ts";

const tags = [
  "a",
  "b",
  "blockquote",
  "br",
  "caption",
  "code",
  "dd",
  "del",
  "details",
  "dfn",
  "div",
  "dl",
  "dt",
  "em",
  "h3",
  "h4",
  "h5",
  "h6",
  "hr",
  "i",
  "ins",
  "kbd",
  "li",
  "mark",
  "ol",
  "p",
  "pre",
  "q",
  "s",
  "samp",
  "small",
  "span",
  "strong",
  "sub",
  "summary",
  "sup",
  "table",
  "tbody",
  "td",
  "tfoot",
  "th",
  "thead",
  "tr",
  "u",
  "ul",
  "var",
];

// Neither class, id, name, style, title, data-* nor aria-*: with those, text could dress up as a part of this view.
const attributes = ["href", "start", "colspan", "rowspan", "open"];

const purify = DOMPurify(window);

purify.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName !== "A") return;
  const target = linkTarget(node.getAttribute("href") ?? "");
  if (target?.kind !== "page") {
    node.removeAttribute("href");
    return;
  }
  node.setAttribute("href", target.href);
  node.setAttribute("title", target.href);
  node.setAttribute("rel", "noreferrer noopener");
});

/** A block that holds HTML, as nodes that can run nothing, load nothing and look like nothing of this view. */
export function sanitizeBlock(tokens: readonly Token[]): DocumentFragment {
  return purify.sanitize(Parser.parse([...tokens]), {
    ALLOWED_TAGS: tags,
    ALLOWED_ATTR: attributes,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOW_UNKNOWN_PROTOCOLS: false,
    ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
    KEEP_CONTENT: true,
    FORBID_CONTENTS: [
      "script",
      "style",
      "template",
      "iframe",
      "noscript",
      "object",
      "svg",
      "math",
      "title",
      "textarea",
    ],
    RETURN_DOM_FRAGMENT: true,
  });
}
