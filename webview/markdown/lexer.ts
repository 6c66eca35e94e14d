import { getDefaults, Lexer, Tokenizer, type Tokens } from "marked";
import { beginsDrawn, readTag } from "./tags.ts";

/** Reads Markdown in which only the tags that may be drawn are HTML; every other one is text like the words around it. */
export function makeLexer(): Lexer {
  return new Lexer({ ...getDefaults(), tokenizer: new TextTokenizer() });
}

class TextTokenizer extends Tokenizer {
  override html(source: string): Tokens.HTML | undefined {
    return beginsDrawn(source) ? super.html(source) : undefined;
  }

  override tag(source: string): Tokens.Tag | undefined {
    const { inLink, inRawBlock } = this.lexer.state;
    const token = super.tag(source);
    if (token === undefined || readTag(token.raw, "inline") !== undefined) return token;
    Object.assign(this.lexer.state, { inLink, inRawBlock });
    const typed: Tokens.Escape = { type: "escape", raw: token.raw, text: token.raw };
    return typed as unknown as Tokens.Tag;
  }
}
