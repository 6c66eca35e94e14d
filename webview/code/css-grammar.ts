import type { HLJSApi, Language } from "highlight.js";

// The library's own grammar names every property and tag there is, which is a tenth of this page's script; their shapes say as much.
const selector = [
  { scope: "selector-id", begin: /#[\w-]+/ },
  { scope: "selector-class", begin: /\.[A-Za-z_-][\w-]*/ },
  { scope: "selector-pseudo", begin: /::?[a-z-]+/ },
  { scope: "selector-attr", begin: /\[/, end: /\]/ },
];

/** CSS, SCSS and Less. */
export function css(hljs: HLJSApi): Language {
  const values = [
    hljs.QUOTE_STRING_MODE,
    hljs.APOS_STRING_MODE,
    { scope: "number", begin: /#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})\b/i },
    { scope: "number", begin: /(?<![\w-])[-+]?(?:\d*\.)?\d+(?:%|[a-z]+\b)?/i },
    { scope: "variable", begin: /--[\w-]+|[$@][\w-]+/ },
    { scope: "meta", begin: /!important\b/ },
    { scope: "built_in", begin: /[\w-]+(?=\()/ },
  ];
  const comments = [hljs.C_BLOCK_COMMENT_MODE, hljs.C_LINE_COMMENT_MODE];
  const declaration = {
    begin: /(?:--|[$@])?[\w-]+(?=\s*:(?:\s|[^{;]{0,200}[;}]))/,
    scope: "attribute",
    starts: { end: /(?=[;}])/, contains: [...comments, ...values] },
  };
  return {
    name: "CSS",
    case_insensitive: true,
    contains: [
      ...comments,
      {
        scope: "keyword",
        begin: /@[a-z-]+/,
        starts: { end: /(?=[{;])/, contains: [...comments, ...values] },
      },
      declaration,
      ...selector,
      { scope: "selector-tag", begin: /(?<![\w-])(?:[a-z][a-z\d]*|\*|&)(?![\w-])/ },
      ...values,
    ],
  };
}
