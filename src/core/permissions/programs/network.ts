/** Programs that talk to others, and those that reach beyond what a sandbox or a project holds. */
import { exactText } from "../command-line/values.ts";
import { hasOption, optionValues } from "./arguments.ts";
import { each, type Program, type Programs } from "./program.ts";

const connected: Program = { network: true };

const curl: Program = {
  operands: ["host"],
  options: {
    ...each(
      "write",
      "-o --output -D --dump-header --trace --trace-ascii -c --cookie-jar --stderr --output-dir",
    ),
    ...each("write", "--libcurl --etag-save --hsts --alt-svc"),
    ...each("read", "-T --upload-file -E --cert --key --cacert --capath -n --netrc-file --etag-compare"),
    ...each(
      "danger",
      "-K --config -x --proxy --unix-socket --abstract-unix-socket --preproxy --socks5 --resolve",
    ),
    ...each(
      "danger",
      "--connect-to --interface --dns-servers --doh-url -q --engine --krb --proto --variable",
    ),
    ...each(
      "text",
      "-X --request -H --header -A --user-agent -u --user -e --referer -m --max-time --retry -w",
    ),
    ...each("text", "--write-out --connect-timeout --limit-rate -r --range --max-redirs --retry-delay -C"),
    ...each(
      "text",
      "-d --data --data-raw --data-binary --data-urlencode --data-ascii --json -F --form -b --cookie",
    ),
    ...each("host", "--url"),
  },
  flags: {
    ...each(
      "harmless",
      "-s -S -L -f -v -i -I -k -g -G -O -J -R -# -4 -6 -Z -N -p --silent --show-error --location",
    ),
    ...each(
      "harmless",
      "--fail --verbose --include --head --insecure --compressed --get --remote-name --globoff",
    ),
    ...each(
      "harmless",
      "--fail-with-body --http1.1 --http2 --progress-bar --no-progress-meter --tlsv1.2 --ipv4",
    ),
  },
  others: "danger",
  follow: ({ draft }, given) => {
    if (
      given.operands.some((field) =>
        field.values.some((url) => /^(?!https?:)[a-z+]+:\/\//i.test(url) || /[{}[\]]/.test(url)),
      )
    )
      draft.ask("The address is not one of the web.", "exact-rule");
    if (hasOption(given, "-O", "--remote-name", "-J")) draft.useFolders({ operation: "write" });
    for (const field of optionValues(
      given,
      "-d",
      "--data",
      "--data-binary",
      "--data-urlencode",
      "--data-ascii",
      "--json",
      "-F",
      "--form",
      "-b",
      "--cookie",
      "-H",
      "--header",
      "-w",
      "--write-out",
    ))
      for (const value of field.values) {
        const [, path] = /(?:^|[=;,])[@<]([^;,]+)/.exec(value) ?? [];
        if (path !== undefined) draft.useValue(path, { operation: "read" }, field.text);
      }
    if (given.operands.length === 0 && !hasOption(given, "--version", "-V", "--help", "-h"))
      draft.connect("*");
    return undefined;
  },
};

const wget: Program = {
  operands: ["host"],
  options: {
    ...each("write", "-O --output-document -o --output-file -a --append-output -P --directory-prefix"),
    ...each(
      "danger",
      "-e --execute --config -i --input-file --use-askpass --post-file --body-file --ca-certificate",
    ),
    ...each("danger", "--save-cookies --load-cookies --warc-file --rejected-log --hsts-file -x --proxy"),
    ...each(
      "text",
      "-U --user-agent --header -t --tries -T --timeout --limit-rate --user --password --post-data",
    ),
    ...each("text", "--method --body-data -l --level -A --accept -R --reject -w --wait"),
  },
  flags: each(
    "harmless",
    "-q -c -N -v -nv -S -4 -6 -n --quiet --continue --spider --no-check-certificate --show-progress",
  ),
  others: "danger",
  follow: ({ draft }, given) => {
    const target = optionValues(given, "-O", "--output-document").map(exactText);
    if (!target.includes("-")) draft.useFolders({ operation: "write" });
    return undefined;
  },
};

const privileged: Program = { asks: "It acts with other rights or on the whole system." };
const interactive: Program = { asks: "It waits for a person, who can run anything from it." };
const outside: Program = { asks: "What it starts runs outside of every sandbox." };

const networkNames =
  "ssh scp sftp ftp telnet nc ncat netcat socat rclone aria2c http https httpie xh lynx w3m links elinks ping ping6 traceroute dig nslookup host whois nmap tcpdump mtr gh glab hub aws gcloud gsutil az heroku vercel netlify fly flyctl firebase wrangler doctl terraform tofu pulumi ansible ansible-playbook vault consul kubectl oc k9s minikube kind psql mysql mysqldump mysqladmin pg_dump pg_restore mongo mongosh mongodump redis-cli sqlcmd mail sendmail mutt svn hg bzr cvs fossil rsh rlogin tor torsocks proxychains openvpn wg ngrok cloudflared mosquitto_pub websocat grpcurl ab wrk k6 siege speedtest ollama huggingface-cli twine nuget hugo";
const privilegedNames =
  "chown chgrp mount umount mkfs fdisk parted dmsetup losetup swapon swapoff modprobe insmod rmmod sysctl iptables nft ufw ip ifconfig route useradd userdel usermod passwd chpasswd visudo chattr setfacl setcap shutdown reboot halt poweroff init telinit killall pkill kill skill renice apt apt-get aptitude dpkg yum dnf rpm pacman zypper apk brew port snap flatpak nix nix-env nix-shell nix-build guix conda mamba micromamba asdf mise nvm pyenv rbenv rustup sdkman volta fnm shred wipe mkfifo mknod fallocate defaults launchctl osascript security dscl csrutil spctl xattr codesign chsh ldconfig update-alternatives loginctl";
const interactiveNames =
  "less more most man info vi vim nvim view vimdiff rvim ex ed red nano pico emacs emacsclient joe mcedit mc ranger nnn lf top htop btop atop watchman gdb lldb dlv fzf sk dialog whiptail irb pry bpython ghci tig lazygit gitk";
const outsideNames =
  "docker docker-compose podman nerdctl ctr buildah skopeo lxc lxc-attach vagrant virsh qemu-system-x86_64 systemctl systemd-run service dbus-send gdbus busctl qdbus at batch crontab anacron tmux screen dtach abduco byobu zellij xdg-open open code code-insiders cursor xdotool xclip xsel wl-copy wl-paste pbcopy pbpaste notify-send gnome-terminal xterm konsole x-terminal-emulator start explorer.exe cmd.exe powershell.exe powershell pwsh wsl wsl.exe osascript";

/** Programs that reach further. */
export const reaching: Programs = {
  ...each(connected, networkNames),
  ...each(privileged, privilegedNames),
  ...each(interactive, interactiveNames),
  ...each(outside, outsideNames),
  curl,
  wget,
};
