# Sourced by the programs in bin/: finds what they need and installs what is missing.
# POSIX sh. With nothing missing it starts no process but one `readlink`.
# `nsrun_home` is the top of the source tree and is set by the caller.
# shellcheck shell=sh disable=SC2154

# shellcheck source=bin/lib/headers.sh
. "$nsrun_home/bin/lib/headers.sh"

say() {
	printf '%s\n' "$*" >&2
}

# nsrun's own failures exit with 125, so that a command's exit code is never mistaken for one.
die() {
	say "nsrun: $*"
	exit 125
}

have() {
	command -v "$1" >/dev/null 2>&1
}

# Reads a JDK's `release` file into java_major and java_runtime; no process needed.
# java_runtime tells two builds of one version apart.
read_release() {
	java_major=''
	java_runtime=''
	[ -r "$1/release" ] || return 1
	while IFS='=' read -r key value; do
		value=${value#\"}
		value=${value%\"}
		case $key in
		JAVA_VERSION)
			java_version=$value
			java_major=${value%%[.+-]*}
			;;
		JAVA_RUNTIME_VERSION) java_runtime=$value ;;
		IMPLEMENTOR_VERSION) java_runtime=${java_runtime:-$value} ;;
		esac
	done <"$1/release"
	java_runtime=${java_runtime:-${java_version:-}}
	[ -n "$java_major" ]
}

# Sets java_home and java_major from JAVA_HOME, else from `java` on PATH; false if there is no Java 17 or newer.
find_java() {
	java_home=${JAVA_HOME:-}
	if [ -z "$java_home" ]; then
		java=$(command -v java) || return 1
		[ ! -L "$java" ] || java=$(readlink -f "$java")
		java_home=${java%/bin/java}
	fi
	[ -x "$java_home/bin/java" ] || return 1
	if ! read_release "$java_home"; then
		java_version=$("$java_home/bin/java" -XshowSettings:properties -version 2>&1 |
			sed -n 's/^ *java\.specification\.version = //p')
		java_major=${java_version%%[.+-]*}
	fi
	[ "${java_major:-0}" -ge 17 ]
}

# Prints the home of the newest JDK on this machine.
newest_jdk() {
	newest=''
	newest_major=0
	for candidate in "${java_home:-}" /usr/lib/jvm/*; do
		if [ -L "$candidate" ] || [ ! -x "$candidate/bin/javac" ]; then
			continue
		fi
		if read_release "$candidate" && [ "$java_major" -gt "$newest_major" ]; then
			newest=$candidate
			newest_major=$java_major
		fi
	done
	printf '%s\n' "$newest"
}

probe() {
	case $1 in
	jre) find_java ;;
	jdk) find_java && [ -x "$java_home/bin/javac" ] ;;
	fuzzer)
		have clang || return 1
		for file in "$(clang -print-resource-dir)"/lib/linux/libclang_rt.fuzzer-*.a; do
			[ -e "$file" ] && return 0
		done
		return 1
		;;
	headers-*) headers_of "${1#headers-}" >/dev/null ;;
	/*) [ -e "$1" ] ;;
	*) have "$1" || [ -x "/usr/sbin/$1" ] || [ -x "/sbin/$1" ] ;;
	esac
}

# setup TASK...: makes sure that all that the tasks need is there.
setup() {
	wanted=" $* "
	missing=''
	choices=''
	while read -r task what packages; do
		case $task in
		'' | '#'*) continue ;;
		esac
		case $wanted in
		*" $task "*) ;;
		*) continue ;;
		esac
		if ! probe "$what"; then
			missing="$missing $what"
			choices="$choices$packages
"
		fi
	done <"$nsrun_home/bin/lib/packages"
	if [ -z "$missing" ]; then
		return 0
	fi
	case $missing in
	*' jre'* | *' jdk'*)
		if [ -n "${JAVA_HOME:-}" ]; then
			die "JAVA_HOME=$JAVA_HOME is no JDK 17 or newer: correct it or unset it"
		fi
		;;
	esac
	if ! have apt-get || ! have dpkg; then
		die "missing on this system:$missing
On Debian and Ubuntu this program installs them by itself; elsewhere install them by hand, then start it again."
	fi
	install "$choices"
	for what in $missing; do
		probe "$what" || die "$what is still missing after the installation"
	done
}

# install CHOICES: one line of alternative packages each.
install() {
	as_root=''
	if [ "$(id -u)" -ne 0 ]; then
		have sudo || die "missing:$missing; install them as root, or install sudo"
		as_root=sudo
	fi
	say "nsrun: needs$missing; reading the package lists ..."
	# shellcheck disable=SC2086
	$as_root apt-get update -qq || die "apt-get update failed"
	chosen=$(printf '%s' "$1" | while read -r alternatives; do
		for package in $alternatives; do
			# A package that the archive has shows a candidate.
			if apt-cache policy "$package" | grep -q 'Candidate: [^(]'; then
				printf ' %s' "$package"
				continue 2
			fi
		done
		printf ' %s' "${alternatives%% *}"
	done)
	say "nsrun: installing with apt-get:$chosen"
	log=$(mktemp)
	# shellcheck disable=SC2086
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $chosen >"$log" 2>&1 || {
		tail -n 20 "$log" >&2
		rm -f "$log"
		die "apt-get could not install$chosen"
	}
	rm -f "$log"
}

jar_is_fresh() {
	[ -f "$1" ] && [ -z "$(find "$nsrun_home/pom.xml" "$nsrun_home"/assets "$nsrun_home"/nsinit-c \
		"$nsrun_home/orchestrator/pom.xml" "$nsrun_home/orchestrator/src" \
		-name target -prune -o -type f -newer "$1" -print -quit)" ]
}

# Builds orchestrator.jar; on failure says why and ends.
build_jar() {
	mkdir -p "$nsrun_home/target"
	log=$nsrun_home/target/build.log
	(cd "$nsrun_home" && JAVA_HOME=$java_home mvn -B -ntp -DskipTests -pl orchestrator -am package) >"$log" 2>&1 || {
		grep -E '^\[(WARNING|ERROR)\]|rror:' "$log" | head -n 30 >&2
		die "the build failed; all of its output is in $log"
	}
}
