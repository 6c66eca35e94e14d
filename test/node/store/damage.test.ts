import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { frameLine } from "#node/store/record-line.ts";
import {
  abandon,
  all,
  backup,
  cut,
  flip,
  image,
  keptAside,
  lastJournal,
  seal,
  strange,
  useDamaged,
} from "./damaged.ts";

describe("a damaged store", () => {
  const { check } = useDamaged();

  check("which is not damaged is whole", () => {}, all);
  check("without a seal is whole", (directory) => void cut(directory, seal), all);
  check(
    "of a dead process, with half a seal, is whole",
    (directory) => abandon(cut(directory, 10)),
    all,
    keptAside,
  );
  check(
    "of a dead process, cut in its last record, has the others",
    (directory) => abandon(cut(directory, seal + 10)),
    [0, 1, 2, 3, 4, 5],
    keptAside,
  );
  check(
    "of a live process, cut in its last record, waits for it",
    (directory) => void cut(directory, seal + 10),
    [0, 1, 2, 3, 4, 5],
  );
  check(
    "with a flipped bit has what is before it",
    (directory) => flip(lastJournal(directory), -seal - 10),
    [0, 1, 2, 3, 4, 5],
    keptAside,
  );
  check(
    "with a flipped bit in a header is whole",
    (directory) => flip(lastJournal(directory), 20),
    all,
    keptAside,
  );
  check(
    "with zeros at a journal's end is whole",
    (directory) => {
      const path = cut(directory, seal);
      appendFileSync(path, Buffer.alloc(5_000));
      abandon(path);
    },
    all,
    keptAside,
  );
  check("with an empty journal is whole", (directory) => writeFileSync(strange(directory), ""), all);
  check(
    "with an old empty journal is whole, and says so",
    (directory) => {
      writeFileSync(strange(directory), "");
      utimesSync(strange(directory), 1, 1);
    },
    all,
    /journal .*zzz.* is empty/,
  );
  check(
    "with a journal whose header says nothing is whole",
    (directory) => {
      writeFileSync(strange(directory), frameLine("null"));
      utimesSync(strange(directory), 1, 1);
    },
    all,
    keptAside,
  );
  check(
    "with half a header is whole",
    (directory) => {
      writeFileSync(strange(directory), `0bad0bad {"kind":"hea`);
      utimesSync(strange(directory), 1, 1);
    },
    all,
    keptAside,
  );
  check(
    "with a foreign file for a journal is whole",
    (directory) => {
      writeFileSync(strange(directory), "This is no journal.\nIt has two lines.\n");
      utimesSync(strange(directory), 1, 1);
    },
    all,
    keptAside,
  );
  check(
    "with foreign files in its folders is whole",
    (directory) => {
      writeFileSync(join(directory, "journal", "notes.txt"), "hello");
      writeFileSync(join(directory, "journal", "notes.log"), "hello");
    },
    all,
  );
  check(
    "with a flipped bit in the image is whole",
    (directory) => flip(image(directory), 5_000),
    all,
    /damaged: the one before it/,
  );
  check(
    "with half an image is whole",
    (directory) => truncateSync(image(directory), 9_000),
    all,
    /damaged: the one before it/,
  );
  check(
    "with an empty image is whole",
    (directory) => truncateSync(image(directory), 0),
    all,
    /damaged: the one before it/,
  );
  check(
    "with a foreign file for an image is whole",
    (directory) => writeFileSync(image(directory), "hello"),
    all,
    /damaged: the one before it/,
  );
  check(
    "with a folder for an image is whole",
    (directory) => {
      rmSync(image(directory));
      mkdirSync(image(directory));
    },
    all,
    /damaged: the one before it/,
  );
  if (process.platform !== "win32") {
    check(
      "with a pipe for an image is whole",
      (directory) => {
        rmSync(image(directory));
        execFileSync("mkfifo", [image(directory)]);
      },
      all,
      /damaged: the one before it/,
    );
    check(
      "with a pipe for a journal is whole",
      (directory) => void execFileSync("mkfifo", [strange(directory)]),
      all,
    );
  }
  check("with a folder for a journal is whole", (directory) => mkdirSync(strange(directory)), all);
  check(
    "without its image is whole",
    (directory) => rmSync(image(directory)),
    all,
    /missing: the one before it/,
  );
  check("without the image before it is whole", (directory) => rmSync(backup(directory)), all);
  check(
    "with a flipped bit in both images is read without them where SQLite can read none",
    (directory) => {
      for (const path of [image(directory), backup(directory)]) truncateSync(path, 4_096);
    },
    [],
    /can not be read/,
  );
  check(
    "whose image lost its checksum only is whole",
    (directory) => {
      rmSync(backup(directory));
      truncateSync(image(directory), statSync(image(directory)).size - 64);
    },
    all,
    /does not match its checksum but can be read/,
  );
});
