/** A command line in the parts that are judged. */

/** Something about a command that only a person can decide. */
export interface Concern {
  /** One sentence. */
  readonly reason: string;
  /** What decides it beforehand: a rule that matches the command, only one that has it to the letter, or nothing. */
  readonly liftedBy: "rule" | "exact-rule" | "nothing";
  /** It is none where commands are confined. */
  readonly isUnconfinedOnly?: true;
}

/** A path that a command touches, as far as its words tell. */
export interface PathUse {
  /** "run": it is a program or script that is started, or the folder of the project whose code is. */
  readonly operation: "read" | "write" | "run";
  /** Absolute; links are not followed and ".." is not applied. Undefined where it can not be known. */
  readonly path: string | undefined;
  /** An entry of the folder `path`, which is meant itself even where it is a link. */
  readonly entry?: string;
  /** What may stand behind `path`, with the marks of command-line-values. */
  readonly rest?: string;
  /** As a person reads it. */
  readonly shown: string;
  /** Everything below is touched, too. */
  readonly isRecursive: boolean;
  /** It goes away. */
  readonly isRemoval: boolean;
  /** It happens only if this is a folder; else the path named here is what is meant, and judged by itself. */
  readonly onlyIn?: string;
  /** A word that may be a path or not: it counts where there is such a file. */
  readonly isGuess: boolean;
}

/** Something that holds only if files exist, or if none of them does. */
export interface Condition {
  readonly paths: readonly string[];
  readonly holdsIf: "some-exist" | "none-exists";
  /** A concern, or why the command runs the project's code. */
  readonly means: Concern | { readonly code: string };
}

/** One command of a line, wrappers and what they start each by itself. */
export interface ParsedCommand {
  /** Its name and arguments; what is not known is shown as "…" and "*". */
  readonly words: readonly string[];
  /** True where the words are known to the letter. */
  readonly isExact: boolean;
  /** As it is written. */
  readonly text: string;
  readonly redirections: readonly { readonly operator: string; readonly target: string }[];
  readonly uses: readonly PathUse[];
  /** What redirections touch: no rule for the command covers that. */
  readonly redirectionUses: readonly PathUse[];
  readonly concerns: readonly Concern[];
  readonly conditions: readonly Condition[];
  /** Hosts that it connects to; "*" for any. */
  readonly hosts: readonly string[];
  /** Why it may do whatever the project's own files say; undefined where it can not. */
  readonly code: string | undefined;
  /** A git command that changes the repository's own files. */
  readonly writesGit: boolean;
  /** What did not exist before it may be a link after it. */
  readonly makesLinks: boolean;
  /** It does nothing by itself but to start other commands, which are judged by themselves. */
  readonly isWrapper: boolean;
  /** The place in the line's commands of the one whose words start this one, if any. */
  readonly startedBy: number | undefined;
  /** Where it may run; undefined: not known. */
  readonly folders: readonly string[] | undefined;
}

/** A whole line. */
export interface ParsedLine {
  readonly line: string;
  readonly commands: readonly ParsedCommand[];
  /** Why it can not be judged, if anything. */
  readonly problems: readonly string[];
  /** Its commands run one after another, each once. */
  readonly isSequence: boolean;
  /** Every path whose real place the judgement needs, as `PathUse.path` and `Condition.paths` name them. */
  readonly paths: readonly string[];
}

/** What a line is read for. */
export interface LineContext {
  /** Where the line runs: absolute and real. */
  readonly folder: string;
  readonly home: string;
  readonly isWindows: boolean;
  /** Which shell reads it: "posix" for one that is not bash. */
  readonly dialect: "bash" | "posix";
}
