# Sourced: finds the kernel headers of an architecture.
# POSIX sh.
# shellcheck shell=sh

# headers_of TRIPLET: prints the directory with its asm/unistd.h; false if there is none.
headers_of() {
	case $1 in
	aarch64-*) kernel_name=arm64 ;;
	arm-*) kernel_name=arm ;;
	*) kernel_name=x86 ;;
	esac
	# Of the machine's own architecture, of a cross package, of Debian 13's package for all.
	for directory in "/usr/include/$1" "/usr/$1/include" "/usr/lib/linux/uapi/$kernel_name"; do
		if [ -e "$directory/asm/unistd.h" ]; then
			echo "$directory"
			return 0
		fi
	done
	return 1
}
