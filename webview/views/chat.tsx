import { signal, useComputed } from "@preact/signals";
import type { ComponentType, VNode } from "preact";
import { useApp, type App } from "../app.ts";
import { Announcer } from "../parts/announcer.tsx";
import { ColdCost } from "../parts/cold-cost.tsx";
import { Composer } from "../parts/composer.tsx";
import { EmptyState } from "../parts/empty-state.tsx";
import { ForkLine } from "../parts/fork-line.tsx";
import { Header } from "../parts/header.tsx";
import { Notices } from "../parts/notices.tsx";
import { OwnerBar } from "../parts/owner-bar.tsx";
import { StraysBar } from "../parts/strays-bar.tsx";
import { Queue } from "../parts/queue.tsx";

type Views = {
  readonly Conversation: ComponentType<{ readonly id: string }>;
  readonly History: ComponentType;
  readonly Questions: ComponentType;
};

const views = signal<Views | undefined>(undefined);

/** Loads what the first paint does without: the transcript with its Markdown, the list of sessions, and questions. */
export async function loadConversation(): Promise<void> {
  const [{ Conversation }, { History }, { Questions }] = await Promise.all([
    import("./conversation.tsx"),
    import("./history.tsx"),
    import("../questions/questions.tsx"),
  ]);
  views.value = { Conversation, History, Questions };
}

/** The whole view: one header line, the conversation, and what stands above and in the composer. */
export function Chat(): VNode {
  const app = useApp();
  const Questions = views.value?.Questions;
  return (
    <>
      <Header />
      <ForkLine />
      <main class="stage" data-testid="conversation">
        <Stage />
      </main>
      <section class="dock" aria-label="Your message" hidden={app.isHistoryOpen.value}>
        <Notices />
        {Questions !== undefined && <Questions />}
        <Queue />
        <OwnerBar />
        <StraysBar />
        <ColdCost />
        <Composer />
      </section>
      <Announcer />
    </>
  );
}

function Stage(): VNode | null {
  const app = useApp();
  const loaded = views.value;
  const content = useComputed(() => contentOf(app)).value;
  if (loaded !== undefined && app.isHistoryOpen.value) return <loaded.History />;
  if (content === "unknown") return null;
  if (content === "empty") return <EmptyState />;
  const id = app.sessionId.value;
  return loaded === undefined ? null : <loaded.Conversation key={id} id={id} />;
}

function contentOf(app: App): "unknown" | "empty" | "conversation" {
  const workspace = app.workspace.value;
  if (workspace === undefined) return "unknown";
  if (workspace.folders.length === 0) return "empty";
  const session = app.session.value;
  if (session === undefined) return workspace.activeSession === "" ? "empty" : "unknown";
  const isEmpty = session.turns.length === 0 && session.olderTurns === 0 && session.summary === undefined;
  return isEmpty ? "empty" : "conversation";
}
