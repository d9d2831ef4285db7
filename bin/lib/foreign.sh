# Sourced: packages of Debian and Ubuntu for another architecture, downloaded and unpacked, never installed.
# POSIX sh. `nsrun_home` is the top of the source tree and is set by the caller.
# shellcheck shell=sh disable=SC2154
#
# apt checks the signature of the lists and the hash of each package, as always, but with lists and caches of its own
# below target/foreign: this machine's are not touched, and no architecture is added to dpkg's. Needs no root.

FOREIGN_LISTS_MINUTES=1440

# foreign_apt ARCHITECTURE PROGRAM ARGUMENT...: apt-get or apt-cache as on a machine of that kind.
foreign_apt() {
	foreign=$nsrun_home/target/foreign/$1
	foreign_program=$2
	architecture=$1
	shift 2
	"$foreign_program" -q -q -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture" \
		-o "Dir::State=$foreign/state" -o Dir::State::status=/dev/null -o "Dir::Cache=$foreign/cache" \
		-o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$foreign/sources" \
		-o Acquire::Languages=none -o "APT::Sandbox::User=$(id -un)" "$@"
}

# foreign_lists ARCHITECTURE: makes sure that there are lists of packages, not older than a day where the network allows.
foreign_lists() {
	foreign=$nsrun_home/target/foreign/$1
	[ -z "$(find "$foreign/listed" -mmin "-$FOREIGN_LISTS_MINUTES" 2>/dev/null)" ] || return 0
	mkdir -p "$foreign/sources" "$foreign/state/lists/partial" "$foreign/cache/archives/partial"
	for source in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list.d/ubuntu.sources; do
		[ -s "$source" ] || continue
		case $source in
		*.list) name=system.list ;;
		*) name=${source##*/} ;;
		esac
		# Ubuntu has all but two architectures on a server of their own.
		sed -E 's,https?://[a-z.]*\.ubuntu\.com/ubuntu(/| |$),http://ports.ubuntu.com/ubuntu-ports\1,' "$source" \
			>"$foreign/sources/$name"
	done
	if foreign_apt "$1" apt-get update >&2; then
		touch "$foreign/listed"
	elif [ ! -e "$foreign/listed" ]; then
		echo "apt-get can't read the lists of packages for $1, with the sources in $foreign/sources" >&2
		return 1
	else
		echo "apt-get can't read the lists of packages for $1 anew; those of $(date -r "$foreign/listed" +%F) serve" >&2
	fi
}

# foreign_version ARCHITECTURE PACKAGE: prints it, as the lists have it that there are.
foreign_version() {
	foreign_apt "$1" apt-cache show --no-all-versions "$2" | sed -n 's/^Version: //p'
}

# foreign_package ARCHITECTURE PACKAGE: prints the directory with the package's files. A name is only given to a whole
# tree.
foreign_package() {
	foreign=$nsrun_home/target/foreign/$1
	mkdir -p "$foreign"
	(
		flock 9
		foreign_lists "$1" || exit 1
		version=$(foreign_version "$1" "$2")
		[ -n "$version" ] || {
			echo "apt knows no package $2 for $1, with the sources in $foreign/sources" >&2
			exit 1
		}
		tree=$foreign/$2_$(echo "$version" | tr : _)
		if [ ! -d "$tree" ]; then
			fetched=$(mktemp -d "$foreign/.new-XXXXXX")
			if (cd "$fetched" && foreign_apt "$1" apt-get download "$2" >&2 && dpkg-deb -x ./*.deb tree); then
				mv "$fetched/tree" "$tree"
			fi
			rm -rf "$fetched"
		fi
		[ -d "$tree" ] || {
			echo "apt-get can't download $2 $version for $1" >&2
			exit 1
		}
		printf '%s\n' "$tree"
	) 9>"$foreign/lock"
}
