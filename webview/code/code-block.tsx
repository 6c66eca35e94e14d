import { Component, createRef, type VNode } from "preact";
import { CopyButton } from "../parts/copy-button.tsx";
import { CodePaint } from "./painter.ts";

/** Lines of code that are drawn at first; the rest on request. */
const shownLines = 400;

/** Blocks of these are wrapped: they hold words, or nothing is known of them. */
const wordLanguages = new Set(["", "text", "txt", "plain", "plaintext", "markdown", "md"]);

interface Props {
  readonly code: string;
  readonly language: string;
  readonly isOpen: boolean;
}

/** A code block: its language, Copy, and the code as one text node that grows in place. */
export class CodeBlock extends Component<Props, { isWhole: boolean }> {
  override state = { isWhole: false };
  readonly #holder = createRef<HTMLElement>();
  #node: Text | undefined;
  #paint: CodePaint | undefined;

  override componentDidMount(): void {
    this.#node = document.createTextNode("");
    this.#holder.current?.append(this.#node);
    this.#show();
  }

  override componentDidUpdate(earlier: Props): void {
    if (earlier.language !== this.props.language) this.#forgetPaint();
    this.#show();
  }

  override componentWillUnmount(): void {
    this.#forgetPaint();
  }

  #forgetPaint(): void {
    this.#paint?.dispose();
    this.#paint = undefined;
  }

  #show(): void {
    const { language, isOpen } = this.props;
    const node = this.#node;
    if (node === undefined) return;
    const text = this.#shownText();
    if (text.length >= node.length && text.startsWith(node.data)) {
      if (text.length > node.length) node.appendData(text.slice(node.length));
    } else {
      this.#forgetPaint();
      node.data = text;
    }
    if (language === "") return;
    this.#paint ??= new CodePaint(node, language);
    this.#paint.update(isOpen);
  }

  #shownText(): string {
    const { code } = this.props;
    const end = this.state.isWhole ? -1 : endOfLines(code, shownLines);
    return end === -1 ? code : code.slice(0, end);
  }

  override render({ code, language }: Props, { isWhole }: { isWhole: boolean }): VNode {
    const isCut = !isWhole && endOfLines(code, shownLines) !== -1;
    return (
      <div class={wordLanguages.has(language) ? "code words" : "code"}>
        <div class="code-head">
          <span class="code-language">{language || "text"}</span>
          <CopyCode code={code} />
        </div>
        <pre tabIndex={0} aria-label={`Code, ${language || "text"}`}>
          <code ref={this.#holder} />
        </pre>
        {isCut && (
          <button type="button" class="more" onClick={() => this.setState({ isWhole: true })}>
            Show all {countLines(code)} lines
          </button>
        )}
      </div>
    );
  }
}

// Of its own, so that the handler of the button that each block has does not hold the block: an element that has left
// is only collected with the whole heap.
function CopyCode({ code }: { readonly code: string }): VNode {
  return <CopyButton label="Copy code" text={() => code} />;
}

// The offset after so many lines, or -1 when there are no more than that.
function endOfLines(code: string, lines: number): number {
  let at = -1;
  for (let line = 0; line < lines; line++) {
    at = code.indexOf("\n", at + 1);
    if (at === -1) return -1;
  }
  return at;
}

function countLines(code: string): number {
  let count = 1;
  for (let at = code.indexOf("\n"); at !== -1; at = code.indexOf("\n", at + 1)) count++;
  return count;
}
