import type { Links, Token, Tokens } from "marked";
import type { ComponentChildren, VNode } from "preact";
import { Icon } from "../parts/icon.tsx";
import { decodeEntities } from "./entities.ts";
import { drawHtml, hasTags } from "./html.tsx";
import { makeLexer } from "./lexer.ts";
import { codeTarget, linkTarget, type LinkTarget } from "./links.ts";

/** Tables and lists longer than this are cut, with the rest on request. */
const maxTableRows = 100;

/** Reads one block's source into tokens, inline ones too. */
export function readBlock(source: string, links: Links): readonly Token[] {
  const lexer = makeLexer();
  Object.assign(lexer.tokens.links, links);
  return lexer.lex(source);
}

/**
 * Draws tokens as elements. Nothing here is parsed as HTML and every element, attribute and address is chosen by this
 * file, so text can become nothing but text.
 */
export function renderTokens(tokens: readonly Token[] | undefined): ComponentChildren {
  if (tokens === undefined) return undefined;
  return hasTags(tokens) ? drawHtml(tokens, drawing) : tokens.map((token) => renderToken(token));
}

const drawing = { token: renderToken, Heading, Linked };

function renderToken(token: Token): ComponentChildren {
  switch (token.type) {
    case "paragraph":
      return (
        <p class={hasTyped(token as Tokens.Paragraph) ? "typed" : undefined}>{renderTokens(token.tokens)}</p>
      );
    case "heading":
      return <Heading depth={(token as Tokens.Heading).depth}>{renderTokens(token.tokens)}</Heading>;
    case "list":
      return renderList(token as Tokens.List);
    case "blockquote":
      return <blockquote>{renderTokens(token.tokens)}</blockquote>;
    case "code":
      return (
        <pre class="inner-code" tabIndex={0}>
          <code>{(token as Tokens.Code).text}</code>
        </pre>
      );
    case "table":
      return renderTable(token as Tokens.Table);
    case "hr":
      return <hr />;
    case "strong":
      return <strong>{renderTokens(token.tokens)}</strong>;
    case "em":
      return <em>{renderTokens(token.tokens)}</em>;
    case "del":
      return <del>{renderTokens(token.tokens)}</del>;
    case "codespan":
      return renderCodespan((token as Tokens.Codespan).text);
    case "br":
      return <br />;
    case "link":
      return renderLink(token as Tokens.Link);
    case "image":
      return renderImage(token as Tokens.Image);
    case "checkbox":
      return <Checkbox isChecked={(token as Tokens.Checkbox).checked} />;
    case "escape":
      return (token as Tokens.Escape).text;
    case "text":
      return token.tokens === undefined
        ? decodeEntities((token as Tokens.Text).text)
        : renderTokens(token.tokens);
    case "space":
    case "def":
      return null;
    default:
      return token.raw;
  }
}

// A tag that is not drawn is most likely one of several lines of HTML, which stay lines.
function hasTyped(paragraph: Tokens.Paragraph): boolean {
  return paragraph.tokens.some(({ type, raw }) => type === "escape" && raw.startsWith("<"));
}

// The model's headings stand below the turn's own, which is a level 2. It begins at any depth and leaves depths
// out: that shows in size only, so that the outline has no gaps.
function Heading({
  depth,
  children,
}: {
  readonly depth: number;
  readonly children: ComponentChildren;
}): VNode {
  const Tag = depth <= 1 ? "h3" : depth === 2 ? "h4" : depth === 3 ? "h5" : "h6";
  return <Tag aria-level={3}>{children}</Tag>;
}

function renderList(list: Tokens.List): VNode {
  const items = list.items.map((item, index) => (
    <li key={index} class={item.task ? "task" : undefined}>
      {renderTokens(item.tokens)}
    </li>
  ));
  return list.ordered ? <ol start={list.start === "" ? 1 : list.start}>{items}</ol> : <ul>{items}</ul>;
}

function renderTable(table: Tokens.Table): VNode {
  const align = (cell: Tokens.TableCell) => (cell.align === null ? undefined : `align-${cell.align}`);
  const hidden = table.rows.length - maxTableRows;
  return (
    <div class="table" tabIndex={0} role="group" aria-label="Table">
      <table>
        <thead>
          <tr>
            {table.header.map((cell) => (
              <th scope="col" class={align(cell)}>
                {renderTokens(cell.tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.slice(0, maxTableRows).map((row, index) => (
            <tr key={index}>
              {row.map((cell) => (
                <td class={align(cell)}>{renderTokens(cell.tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {hidden > 0 && <p class="cut">{hidden} more rows; copy the answer to have them all.</p>}
    </div>
  );
}

function renderCodespan(text: string): VNode {
  const target = codeTarget(text);
  return target?.kind === "file" ? (
    <FileLink target={target} children={<code>{text}</code>} />
  ) : (
    <code>{text}</code>
  );
}

function renderLink(link: Tokens.Link): ComponentChildren {
  const target = linkTarget(link.autolink === true ? link.href : decodeEntities(link.href));
  return <Linked target={target} children={link.autolink === true ? link.text : renderTokens(link.tokens)} />;
}

// Nothing is loaded from the network: a picture is a link to it.
function renderImage(image: Tokens.Image): ComponentChildren {
  const target = linkTarget(decodeEntities(image.href));
  return <Linked target={target} children={decodeEntities(image.text) || "image"} />;
}

function Linked({
  target,
  children,
}: {
  readonly target: LinkTarget | undefined;
  readonly children: ComponentChildren;
}): VNode {
  if (target === undefined) return <>{children}</>;
  if (target.kind === "file") return <FileLink target={target} children={children} />;
  return (
    <a href={target.href} title={target.href} rel="noreferrer noopener">
      {children}
    </a>
  );
}

type FileTarget = Extract<LinkTarget, { kind: "file" }>;

// A button, so that no handler of the frame can take its address for a page.
// It is opened by the list's one click handler.
function FileLink({
  target,
  children,
}: {
  readonly target: FileTarget;
  readonly children: ComponentChildren;
}): VNode {
  const { path, line } = target;
  return (
    <button
      type="button"
      class="file-link"
      data-path={path}
      data-line={line}
      title={`Open ${path}${line === undefined ? "" : `, line ${line}`}`}
    >
      {children}
    </button>
  );
}

function Checkbox({ isChecked }: { readonly isChecked: boolean }): VNode {
  return (
    <Icon name={isChecked ? "pass-filled" : "circle-large-outline"} label={isChecked ? "Done:" : "To do:"} />
  );
}
