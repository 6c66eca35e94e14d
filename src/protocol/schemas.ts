/** Schemas of everything that a view may say; the door of the host. */
import { z } from "zod";
import { runSchemas } from "./run-schemas.ts";
import type { ChannelName, Method, Requests, ViewMessage } from "./protocol.ts";

const id = z.string().min(1).max(200);
const text = z.string().max(16 * 1024 * 1024);
const none = z.strictObject({});
const session = z.strictObject({ session: id });
const call = z.strictObject({ session: id, call: id });
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const sessions = z.array(id).min(1).max(1_000);

/** The schema of each request's parameters. */
export const requestSchemas: { readonly [M in Method]: z.ZodType<Requests[M]["params"]> } = {
  "session.prompt": z.strictObject({ session: id, text }),
  "session.stop": session,
  "session.continue": session,
  "session.answer": z.strictObject({
    session: id,
    question: id,
    value: z.string().max(10_000),
    word: z.string().max(10_000).optional(),
  }),
  "session.setMode": z.strictObject({ session: id, mode: z.enum(["default", "ask", "plan"]) }),
  "session.create": none,
  "session.summarize": session,
  "session.open": z.strictObject({
    session: id,
    turn: z.number().int().min(1).optional(),
    takesFocus: z.boolean().optional(),
  }),
  "session.turns": z.strictObject({
    session: id,
    before: z.number().int().min(0),
    count: z.number().int().min(1).max(100),
  }),
  "sessions.find": z.strictObject({
    text: z.string().max(1_000),
    scope: z.enum(["folder", "all"]),
    show: z.enum(["active", "archived", "trash", "all"]),
    from: z.number().optional(),
    to: z.number().optional(),
    offset: z.number().int().min(0),
    limit: z.number().int().min(1).max(200),
  }),
  "sessions.mark": z.strictObject({
    sessions,
    change: z.union([
      z.strictObject({ title: z.string().trim().min(1).max(200) }),
      z.strictObject({ isPinned: z.boolean() }),
      z.strictObject({ isArchived: z.boolean() }),
      z.strictObject({ isTrashed: z.boolean() }),
    ]),
  }),
  "sessions.purge": z.strictObject({ sessions }),
  "session.export": z.strictObject({ session: id, format: z.enum(["markdown", "json"]) }),
  "session.import": none,
  "session.fork": z.strictObject({ session: id, turn: id }),
  "session.resend": z.strictObject({ session: id, turn: id, text }),
  "session.timeline": session,
  "session.costs": session,
  "session.forks": session,
  "session.coldCost": z.strictObject({ session: id, provider: id, model: id }),
  "session.openThere": session,
  "session.takeOver": session,
  "session.forkStrays": session,
  "session.dismissStrays": session,
  "trace.spans": z.strictObject({
    session: id,
    before: z.string().max(100).optional(),
    limit: z.number().int().min(1).max(2_000),
  }),
  "trace.detail": z.strictObject({ session: id, span: id }),
  "trace.segment": z.strictObject({ session: id, span: id, index: z.number().int().min(0) }),
  "trace.open": z.strictObject({
    session: id,
    span: id.optional(),
    turn: z.number().int().min(1).optional(),
  }),
  "trace.export": z.strictObject({ session: id, format: z.enum(["otlp", "chrome", "csv"]) }),
  "queue.edit": z.strictObject({ session: id, id, text }),
  "queue.remove": z.strictObject({ session: id, id }),
  "turn.revert": z.strictObject({ session: id, turn: id }),
  "turn.diff": z.strictObject({ session: id, turn: id, path: z.string().min(1).max(4096) }),
  "body.read": z.strictObject({
    blob: z.string().regex(/^(?:[0-9a-f]{64}|call:[^/]{1,200}\/.{1,200})$/s),
    offset: z.number().int().min(0),
    length: z.number().int().min(1).max(1_000_000),
  }),
  "draft.keep": z.strictObject({ text }),
  "call.openOutput": call,
  "call.openTerminal": call,
  "call.stop": call,
  "permissions.read": z.strictObject({
    session: id.optional(),
    text: z.string().max(1_000),
    offset: z.number().int().min(0),
    limit: z.number().int().min(1).max(200),
  }),
  "permissions.revoke": z.strictObject({ id: z.string().min(1).max(5_000) }),
  "permissions.approve": z.strictObject({ hash, isApproved: z.boolean() }),
  "permissions.openFile": z.strictObject({
    file: z.string().min(1).max(4096),
    line: z.number().int().min(1),
  }),
  ...runSchemas,
  "file.open": z.strictObject({
    path: z.string().min(1).max(4096),
    line: z.number().int().min(1).optional(),
  }),
  "ui.run": z.strictObject({
    action: z.enum([
      "set-key",
      "select-model",
      "open-folder",
      "manage-trust",
      "show-log",
      "reload-window",
      "open-settings",
      "open-permission-log",
    ]),
  }),
  "view.painted": none,
};

const methods = Object.keys(requestSchemas) as [Method, ...Method[]];
// The compiler asks for every channel here.
const channels: { readonly [C in ChannelName]: C } = {
  session: "session",
  sessions: "sessions",
  workspace: "workspace",
  trace: "trace",
  permissions: "permissions",
  run: "run",
  runs: "runs",
};
const channel = z.enum(channels);
const key = z.string().max(200);

/** A message of a view; its request parameters are checked by `requestSchemas` afterwards. */
export const viewMessageSchema: z.ZodType<ViewMessage> = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("request"),
    id: z.number().int(),
    method: z.enum(methods),
    params: z.unknown(),
  }),
  z.strictObject({ type: z.literal("cancel"), id: z.number().int() }),
  z.strictObject({ type: z.literal("subscribe"), channel, key }),
  z.strictObject({ type: z.literal("unsubscribe"), channel, key }),
  z.strictObject({ type: z.literal("pong") }),
]);
