import { signal } from "@preact/signals";
import type { ComponentType, VNode } from "preact";
import { useApp } from "../app.ts";
import { Announcer } from "../parts/announcer.tsx";
import { Composer } from "../parts/composer.tsx";
import { EmptyState } from "../parts/empty-state.tsx";
import { Header } from "../parts/header.tsx";
import { Notices } from "../parts/notices.tsx";
import { QuestionCard } from "../parts/question-card.tsx";
import { Queue } from "../parts/queue.tsx";

type Views = {
  readonly Conversation: ComponentType<{ readonly id: string }>;
  readonly History: ComponentType;
};

const views = signal<Views | undefined>(undefined);

/** Loads what the first paint does without: the transcript with its Markdown, and the list of sessions. */
export async function loadConversation(): Promise<void> {
  const [{ Conversation }, { History }] = await Promise.all([
    import("./conversation.tsx"),
    import("./history.tsx"),
  ]);
  views.value = { Conversation, History };
}

/** The whole view: one header line, the conversation, and what stands above and in the composer. */
export function Chat(): VNode {
  const app = useApp();
  return (
    <>
      <Header />
      <main class="stage" data-testid="conversation">
        <Stage />
      </main>
      <div class="dock" hidden={app.isHistoryOpen.value}>
        <Notices />
        <QuestionCard />
        <Queue />
        <Composer />
      </div>
      <Announcer />
    </>
  );
}

function Stage(): VNode | null {
  const app = useApp();
  const loaded = views.value;
  const workspace = app.workspace.value;
  const session = app.session.value;
  if (loaded !== undefined && app.isHistoryOpen.value) return <loaded.History />;
  if (workspace === undefined) return null;
  if (workspace.folders.length === 0 || !workspace.isTrusted) return <EmptyState />;
  if (workspace.activeSession !== "" && session === undefined) return null;
  const isEmpty =
    session === undefined ||
    (session.turns.length === 0 && session.olderTurns === 0 && session.summary === undefined);
  if (isEmpty) return <EmptyState />;
  return loaded === undefined ? null : <loaded.Conversation key={session.id} id={session.id} />;
}
