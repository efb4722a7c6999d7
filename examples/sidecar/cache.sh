#!/usr/bin/env bash
# A cache of files that a Hearsay node beside it keeps coherent, with curl and a shell loop.
#
#   cache.sh follow <url> <scope> <folder>             keeps the folder coherent until it is ended
#   cache.sh get <folder> <key> <command> [argument…]  prints the value of a key; the command loads it
#
# Keys are paths of letters, digits, . _ and -, no part of which begins with a dot; what is under others is loaded
# each time. HEARSAY_TOKEN is sent where it is set.
set -euo pipefail

# A key becomes a path below the folder: ../ must not.
is_path() {
  [[ $1 =~ ^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$ ]]
}

# One at a time changes the folder. `changes` counts events, `connected` exists while none is missing.
locked() {
  exec 9>"$folder/lock"
  flock 9
  "$@"
  exec 9>&-
}

changed() {
  echo $(($(cat "$folder/changes" 2>/dev/null || echo 0) + 1)) >"$folder/changes"
  "$@"
}

field() {
  sed -nE "s/.*\"$1\":\"([^\"\\\\]*)\".*/\\1/p" <<<"$2"
}

drop_everything() {
  rm -rf "$folder/values"
}

# What cannot be told apart here (a tag, a key of other characters) drops everything: always safe.
drop() {
  local kind key
  kind=$(field kind "$1") key=$(field key "$1")
  is_path "$key" || kind=all
  case $kind in
    key) rm -f "$folder/values/$key.value" ;;
    prefix) rm -rf "$folder/values/$key.value" "${folder:?}/values/$key" ;;
    *) drop_everything ;;
  esac
}

handle() {
  case $1 in
    invalidate) locked changed drop "$2" ;;
    reset) locked changed drop_everything ;;
    # Nothing up to here is missing.
    heartbeat) touch "$folder/connected" ;;
  esac
}

follow() {
  local id='' event='' line
  rm -f "$folder/connected"
  while :; do
    while IFS= read -r line; do
      case $line in
        'id: '*) id=${line#id: } ;;
        'event: '*) event=${line#event: } ;;
        'data: '*) handle "$event" "${line#data: }" ;;
      esac
      # The id is kept when its event was handled, so that one that was not comes again.
      [[ $line ]] || last=$id
    done < <(curl --no-buffer --silent --show-error --fail --max-time 86400 --speed-limit 1 --speed-time 15 \
      ${HEARSAY_TOKEN:+--header "Authorization: Bearer $HEARSAY_TOKEN"} \
      ${last:+--header "Last-Event-ID: $last"} "$url/v1/events?scope=$scope")
    rm -f "$folder/connected"
    sleep 1
  done
}

# Kept only if nothing changed while the command ran: what it read may be older than that.
keep() {
  [[ $(cat "$folder/changes" 2>/dev/null) == "$1" ]] || return 0
  mkdir -p "$(dirname "$folder/values/$2")"
  printf '%s' "$3" >"$folder/values/$2.value"
}

get() {
  local key=$1 before value
  shift
  if is_path "$key" && [[ -e $folder/connected ]] && cat "$folder/values/$key.value" 2>/dev/null; then return; fi
  before=$(cat "$folder/changes" 2>/dev/null || true)
  value=$("$@")
  if is_path "$key" && [[ -e $folder/connected ]]; then locked keep "$before" "$key" "$value"; fi
  printf '%s' "$value"
}

case ${1:-} in
  follow)
    url=$2 scope=$3 folder=$4 last=''
    mkdir -p "$folder"
    follow
    ;;
  get)
    folder=$2
    get "${@:3}"
    ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
esac
