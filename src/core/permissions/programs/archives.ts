/** Archives and copies of whole folders: what they bring may land anywhere below. */
import { ANY, exactText, isExact } from "../command-line/values.ts";
import { hasOption, optionValues, type Arguments } from "./arguments.ts";
import { enterFolder } from "./apply.ts";
import { type Call, each, type Program, type Programs } from "./program.ts";

const tar: Program = {
  options: {
    ...each("text", "-f --file -b --blocking-factor -H --format -V --label --exclude --transform --xform"),
    ...each("text", "--strip-components --mode --mtime --owner --group --sort --level --pax-option -L -N"),
    ...each(
      "text",
      "--newer --after-date --newer-mtime --record-size --suffix -K --starting-file --occurrence",
    ),
    ...each("text", "-C --directory --one-top-level -g --listed-incremental --checkpoint --exclude-tag"),
    ...each("read", "-X --exclude-from"),
    ...each(
      "danger",
      "--checkpoint-action --to-command -I --use-compress-program --rsh-command --rmt-command",
    ),
    ...each("danger", "-F --info-script --new-volume-script -T --files-from --index-file --volno-file"),
  },
  flags: {
    ...each("danger", "-P --absolute-names -h --dereference --remove-files --keep-directory-symlink"),
    ...each("harmless", "-c -x -t -r -u -A -d -z -j -J -Z -a -v -p -m -k -O -w -S -W -l -B -M -s"),
    ...each(
      "harmless",
      "--create --extract --get --list --append --update --gzip --bzip2 --xz --zstd --verbose",
    ),
    ...each(
      "harmless",
      "--auto-compress --exclude-vcs --exclude-vcs-ignores --preserve-permissions --totals",
    ),
    ...each(
      "harmless",
      "--no-recursion --wildcards --anchored --keep-old-files --overwrite --to-stdout --diff",
    ),
    ...each("harmless", "--numeric-owner --no-same-owner --no-same-permissions --same-permissions --touch"),
  },
  others: "danger",
  follow: followTar,
};

function followTar({ draft }: Call, given: Arguments): undefined {
  for (const folder of optionValues(given, "-C", "--directory")) enterFolder(draft, folder);
  for (const folder of optionValues(given, "--one-top-level")) draft.use(folder, { operation: "write" });
  for (const transform of optionValues(given, "--transform", "--xform"))
    if (!isExact(transform.values[0] ?? ANY) || /(?:^|[,/])\//.test(transform.text))
      draft.ask(`Where "${transform.text}" puts files is not certain.`, "exact-rule");
  const creates = hasOption(given, "-c", "-r", "-u", "-A", "--create", "--append", "--update");
  const extracts = hasOption(given, "-x", "--extract", "--get") && !hasOption(given, "-O", "--to-stdout");
  const archives = optionValues(given, "-f", "--file");
  for (const archive of archives) {
    if (archive.values.some((value) => /^[^/]*:/.test(value))) draft.connect("*");
    if (exactText(archive) !== "-") draft.use(archive, { operation: creates ? "write" : "read" });
  }
  for (const snapshot of optionValues(given, "-g", "--listed-incremental"))
    draft.use(snapshot, { operation: "write" });
  if (creates) for (const field of given.operands) draft.use(field, { operation: "read", isRecursive: true });
  else if (extracts) {
    draft.makesLinks = true;
    draft.useFolders({ operation: "write" });
    draft.runsCode("What the archive holds is put where the archive says.");
  }
  return undefined;
}

/** "tar xzf a.tar": letters without a dash, whose values follow in their order. */
function withoutOldStyle(call: Call): Call {
  const [first, ...rest] = call.args;
  const letters = exactText(first);
  if (letters === undefined || !/^[A-Za-z]+$/.test(letters)) return call;
  const values = [...rest];
  const args = letters.split("").flatMap((letter) => {
    const option = { values: [`-${letter}`], isSplit: false, text: `-${letter}` };
    const value = `-${letter}` in (tar.options ?? {}) ? values.shift() : undefined;
    return value === undefined ? [option] : [option, value];
  });
  return { ...call, args: [...args, ...values] };
}

const unzip: Program = {
  operands: ["read", "text"],
  options: { "-d": "write", ...each("text", "-x -P") },
  flags: { "-:": "danger" },
  follow: ({ draft }, given) => {
    if (hasOption(given, "-l", "-t", "-p", "-Z", "-v", "-c")) return undefined;
    draft.makesLinks = true;
    if (!hasOption(given, "-d")) draft.useFolders({ operation: "write" });
    draft.runsCode("What the archive holds is put where the archive says.");
    return undefined;
  },
};

const zip: Program = {
  operands: ["write", "read"],
  options: {
    ...each(
      "danger",
      "-TT --unzip-command -m --move -b --temp-path -O --output-file --out -sf --logfile-path -lf",
    ),
    ...each("text", "-x --exclude -i --include -n --suffixes -t -tt -P --password -s"),
  },
  flags: { ...each("recursive", "-r -R --recurse-paths"), ...each("danger", "-T --test -@ --names-stdin") },
  follow: ({ draft, args }) => {
    // "-TT" and "-T" are told apart by position only.
    if (args.some((field) => field.values.some((value) => /^-\w*T/.test(value))))
      draft.ask("zip's own test of an archive can run any command.", "exact-rule");
    return undefined;
  },
};

const rsync: Program = {
  options: {
    ...each(
      "text",
      "--exclude --include -f --filter --max-size --min-size --bwlimit --timeout --info --debug",
    ),
    ...each("text", "--chmod --out-format --modify-window -B --block-size --suffix --max-delete"),
    ...each("read", "--exclude-from --include-from --compare-dest --link-dest --copy-dest"),
    ...each("write", "-T --temp-dir --partial-dir --backup-dir --log-file"),
    ...each(
      "danger",
      "-e --rsh --rsync-path --files-from --config --password-file --write-batch --read-batch",
    ),
    ...each("danger", "--only-write-batch -M --remote-option --sockopts --port --address --chown --usermap"),
  },
  flags: {
    ...each("harmless", "-a -v -r -z -u -t -p -o -g -l -n -h -P -q -i -c -x -m -S -W -b -d -H -A -X -O -J"),
    ...each(
      "harmless",
      "--archive --verbose --recursive --compress --update --times --perms --links --dry-run",
    ),
    ...each("harmless", "--human-readable --progress --partial --quiet --itemize-changes --checksum --stats"),
    ...each(
      "harmless",
      "--existing --ignore-existing --size-only --ignore-times --prune-empty-dirs --relative",
    ),
    ...each("links", "-L --copy-links -k --copy-dirlinks -K --keep-dirlinks --copy-unsafe-links"),
  },
  others: "danger",
  follow: ({ draft }, given) => {
    draft.makesLinks = true;
    for (const [index, field] of given.operands.entries()) {
      const isLast = index === given.operands.length - 1 && index > 0;
      if (field.values.some((value) => /^[^/]*:/.test(value) || value.includes("://"))) draft.connect("*");
      else draft.use(field, { operation: isLast ? "write" : "read", isRecursive: true });
    }
    draft.runsCode("What the folders hold is not looked at before it is put elsewhere.");
    return undefined;
  },
};

/** Archives. */
export const archives: Programs = {
  ...each({ ...tar, prepare: withoutOldStyle }, "tar bsdtar gtar"),
  unzip,
  zip,
  rsync,
  patch: {
    operands: ["write", "read"],
    options: {
      ...each("read", "-i --input"),
      ...each("write", "-o --output -r --reject-file"),
      ...each("folder", "-d --directory"),
      ...each("text", "-p --strip -F --fuzz -D -V -B -Y -z -g --get"),
    },
    code: "The patch says which files it changes.",
  },
};
