#!/bin/sh
# What the hall needs from the system. Installs it (as root, or through sudo), or says in one line
# what to install. `system.sh run` for the hall itself, `system.sh test` with the browser as well; `system.sh nightly` what only `make nightly` needs besides.
set -eu

packages=""
want() { # want PACKAGE COMMAND...: the package, unless the command succeeds
    package=$1
    shift
    "$@" >/dev/null 2>&1 || packages="$packages $package"
}

has_softhsm() { command -v softhsm2-util && ls /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so 2>/dev/null | grep -q .; }
has_chinese_font() { fc-list :lang=zh-cn family 2>/dev/null | grep -q . || ls /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc; }
has_print_font() { ls /usr/share/fonts/truetype/wqy/wqy-zenhei.ttc; }
has_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

want python3-venv python3 -c 'import venv, ensurepip'
want softhsm2 has_softhsm
want fonts-noto-cjk has_chinese_font
want fonts-wqy-zenhei has_print_font
if [ "${1:-run}" = test ]; then
    want chromium has_browser
    want openssl command -v openssl
    want gcc command -v gcc
    want libc6-dev test -f /usr/include/stdio.h
fi
if [ "${1:-run}" = nightly ]; then
    want nginx-light command -v nginx
fi

[ -z "$packages" ] && exit 0
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo"
else
    echo "请先以管理员身份安装系统软件包：apt-get install -y$packages" >&2
    exit 1
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "请先安装以下软件（Debian包名）：$packages" >&2
    exit 1
fi
echo "正在安装系统软件包：$packages"
$as_root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $packages >/dev/null
