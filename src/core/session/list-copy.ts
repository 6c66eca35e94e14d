/** The name of the copy of all sessions, a JSON array of `StoredSession`, with which lists are shown before the store is read. */
export const listCopy = "list";
