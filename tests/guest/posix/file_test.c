// SPDX-License-Identifier: MIT
//
// Files by libc: descriptors, paths, directories, waiting, the terminal. Everything is below /tmp and
// gone at the end.

#include "../libc/suite.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define FAILS(call, error) (errno = 0, (call) < 0 && errno == (error))

static void reading_and_writing(void)
{
	char text[16] = "";
	int a = open("/tmp/rw", O_RDWR | O_CREAT | O_EXCL, 0644), b;

	CHECK(a == 3);
	CHECK(FAILS(open("/tmp/rw", O_RDWR | O_CREAT | O_EXCL, 0644), EEXIST));
	CHECK(write(a, "hello", 5) == 5 && lseek(a, 0, SEEK_CUR) == 5);
	CHECK(lseek(a, 1, SEEK_SET) == 1 && read(a, text, 2) == 2 && memcmp(text, "el", 2) == 0);
	b = dup(a);
	CHECK(b == 4 && read(b, text, 9) == 2 && memcmp(text, "lo", 2) == 0); // one position
	CHECK(read(a, text, 9) == 0);
	CHECK(pread(a, text, 3, 2) == 3 && memcmp(text, "llo", 3) == 0);
	CHECK(pwrite(a, "J", 1, 0) == 1 && lseek(b, 0, SEEK_CUR) == 5);
	CHECK(close(a) == 0 && lseek(b, -1, SEEK_END) == 4); // still open by the other
	CHECK(FAILS(lseek(a, 0, SEEK_CUR), EBADF) && FAILS(lseek(b, -9, SEEK_CUR), EINVAL));
	a = open("/tmp/rw", O_WRONLY | O_APPEND);
	CHECK(a == 3 && write(a, "!", 1) == 1 && lseek(b, 0, SEEK_END) == 6);
	CHECK(FAILS(read(a, text, 1), EBADF));
	CHECK(ftruncate(a, 3) == 0 && lseek(b, 0, SEEK_END) == 3);
	CHECK(pread(b, text, 9, 0) == 3 && memcmp(text, "Jel", 3) == 0);
	CHECK(unlink("/tmp/rw") == 0 && pread(b, text, 9, 0) == 3); // it lives while it is open
	CHECK(close(a) == 0 && close(b) == 0 && FAILS(close(b), EBADF));
	CHECK(FAILS(open("/tmp/rw", O_RDONLY), ENOENT));
}

static void duplicates_and_flags(void)
{
	int a = open("/tmp/flags", O_RDWR | O_CREAT, 0600), b = dup2(a, 17);

	CHECK(b == 17 && dup2(a, a) == a && FAILS(dup2(99, 5), EBADF));
	CHECK(FAILS(dup2(a, -1), EBADF) && FAILS(dup2(a, 100000), EBADF));
	CHECK(fcntl(a, F_DUPFD, 17) == 18 && close(18) == 0);
	CHECK(fcntl(a, F_GETFD) == 0 && fcntl(a, F_SETFD, FD_CLOEXEC) == 0);
	CHECK(fcntl(a, F_GETFD) == FD_CLOEXEC && fcntl(b, F_GETFD) == 0);
	CHECK(fcntl(a, F_GETFL) == O_RDWR && fcntl(a, F_SETFL, O_APPEND) == 0);
	CHECK(fcntl(b, F_GETFL) == (O_RDWR | O_APPEND)); // of the open file, not of the descriptor
	CHECK(FAILS(fcntl(a, 999), EINVAL));
	CHECK(close(a) == 0 && close(b) == 0 && unlink("/tmp/flags") == 0);
}

static void exhaustion(void)
{
	int first = open("/dev/null", O_RDWR), last = first, next;

	CHECK(first >= 3);
	while ((next = dup(first)) >= 0)
		last = next;
	CHECK(errno == EMFILE && last == 255);
	CHECK(FAILS(open("/dev/zero", O_RDONLY), EMFILE));
	while (last >= first)
		CHECK(close(last--) == 0);
	first = open("/dev/null", O_RDWR);
	CHECK(first >= 3 && close(first) == 0);
}

static void attributes(void)
{
	struct timespec times[2] = {{1000, 5}, {2000, UTIME_OMIT}};
	struct statvfs volume;
	struct stat a, b;
	int file = open("/tmp/attributes", O_RDWR | O_CREAT, 0666);

	CHECK(umask(027) == 022 && umask(022) == 027);
	CHECK(fstat(file, &a) == 0 && S_ISREG(a.st_mode) && (a.st_mode & 0777) == 0644);
	CHECK(write(file, "12345", 5) == 5);
	CHECK(stat("/tmp/attributes", &b) == 0 && b.st_ino == a.st_ino && b.st_size == 5);
	CHECK(chmod("/tmp/attributes", 0750) == 0 &&
	      utimensat(AT_FDCWD, "/tmp/attributes", times, 0) == 0);
	CHECK(fstat(file, &b) == 0 && (b.st_mode & 0777) == 0750 && b.st_atime == 1000);
	CHECK(b.st_atim.tv_nsec == 5 && b.st_mtime != 2000);
	CHECK(access("/tmp/attributes", R_OK | W_OK | X_OK) == 0 && fchmod(file, 0600) == 0);
	CHECK(FAILS(access("/tmp/attributes", X_OK), EACCES));
	CHECK(FAILS(access("/bin/hello", W_OK), EROFS) && access("/bin/hello", X_OK) == 0);
	CHECK(FAILS(stat("/tmp/attributes/x", &a), ENOTDIR) && FAILS(stat("/none/x", &a), ENOENT));
	CHECK(stat("/dev/null", &a) == 0 && S_ISCHR(a.st_mode) && stat("/", &a) == 0);
	CHECK(stat("/tmp", &b) == 0 && S_ISDIR(b.st_mode) && a.st_dev != b.st_dev);
	CHECK(statvfs("/tmp", &volume) == 0 && volume.f_bfree > 0 &&
	      volume.f_bfree < volume.f_blocks);
	CHECK(truncate("/tmp/attributes", 2) == 0 && fstat(file, &b) == 0 && b.st_size == 2);
	CHECK(close(file) == 0 && unlink("/tmp/attributes") == 0);
}

static void paths(void)
{
	char text[300];
	struct stat found;

	CHECK(mkdir("/tmp/p", 0777) == 0 && FAILS(mkdir("/tmp/p", 0777), EEXIST));
	CHECK(chdir("/tmp/p") == 0 && strcmp(getcwd(text, sizeof(text)), "/tmp/p") == 0);
	errno = 0;
	CHECK(getcwd(text, 3) == NULL && errno == ERANGE);
	CHECK(close(open("f", O_WRONLY | O_CREAT, 0666)) == 0 && link("f", "g") == 0);
	CHECK(stat("g", &found) == 0 && found.st_nlink == 2 && symlink("f", "s") == 0);
	CHECK(lstat("s", &found) == 0 && S_ISLNK(found.st_mode) && stat("s", &found) == 0);
	CHECK(readlink("s", text, sizeof(text)) == 1 && text[0] == 'f');
	CHECK(FAILS(readlink("f", text, sizeof(text)), EINVAL));
	CHECK(rename("g", "h") == 0 && FAILS(unlink("g"), ENOENT) && unlink("h") == 0);
	CHECK(FAILS(rename("f", "/x"), EXDEV) && FAILS(link("f", "/dev/x"), EXDEV));
	CHECK(FAILS(rmdir("/tmp/p"), ENOTEMPTY) && FAILS(rmdir("f"), ENOTDIR));
	CHECK(FAILS(unlink("/tmp/p"), EISDIR) || errno == EPERM);
	memset(text, 'n', 290);
	text[290] = '\0';
	CHECK(FAILS(mkdir(text, 0777), ENAMETOOLONG));
	CHECK(unlink("s") == 0 && unlink("f") == 0 && chdir("/") == 0 && rmdir("/tmp/p") == 0);
	CHECK(FAILS(mkdir("/new", 0777), EROFS) && FAILS(open("/bin/hello", O_RDWR), EROFS));
}

static void directories(void)
{
	struct dirent **names, *entry;
	unsigned seen = 0;
	char path[280];
	DIR *directory;
	long position;

	CHECK(mkdir("/tmp/many", 0777) == 0);
	for (int i = 0; i < 200; i++) {
		snprintf(path, sizeof(path), "/tmp/many/%03d", i);
		CHECK(close(open(path, O_WRONLY | O_CREAT, 0666)) == 0);
	}
	directory = opendir("/tmp/many");
	CHECK(directory != NULL);
	for (int i = 0; i < 100; i++)
		CHECK(readdir(directory) != NULL);
	position = telldir(directory);
	entry = readdir(directory);
	CHECK(entry != NULL && strcmp(entry->d_name, "100") == 0 && entry->d_type == DT_REG);
	while (readdir(directory) != NULL)
		seen++;
	CHECK(seen == 99);
	seekdir(directory, position);
	CHECK(strcmp(readdir(directory)->d_name, "100") == 0);
	rewinddir(directory);
	CHECK(strcmp(readdir(directory)->d_name, "000") == 0 && closedir(directory) == 0);
	CHECK(scandir("/tmp/many", &names, NULL, alphasort) == 200);
	CHECK(strcmp(names[199]->d_name, "199") == 0);
	for (int i = 0; i < 200; i++) {
		snprintf(path, sizeof(path), "/tmp/many/%s", names[i]->d_name);
		CHECK(unlink(path) == 0);
		free(names[i]);
	}
	free(names);
	CHECK(rmdir("/tmp/many") == 0);
	errno = 0;
	CHECK(opendir("/bin/hello") == NULL && errno == ENOTDIR);
}

static void stdio_files(void)
{
	FILE *file = fopen("/tmp/stdio", "w+");
	char line[64];

	CHECK(file != NULL);
	for (int i = 0; i < 1000; i++)
		CHECK(fprintf(file, "line %d\n", i) > 0);
	rewind(file);
	for (int i = 0; i < 1000; i++) {
		char wanted[64];

		snprintf(wanted, sizeof(wanted), "line %d\n", i);
		CHECK(fgets(line, sizeof(line), file) != NULL && strcmp(line, wanted) == 0);
	}
	CHECK(fgets(line, sizeof(line), file) == NULL && feof(file) && fclose(file) == 0);
	file = fopen("/proc/uptime", "r");
	CHECK(file != NULL && fgets(line, sizeof(line), file) != NULL && atof(line) > 0);
	CHECK(fclose(file) == 0 && remove("/tmp/stdio") == 0);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void waiting(void)
{
	struct pollfd two[2] = {{.fd = 0, .events = POLLIN}, {.fd = 1, .events = POLLOUT}};
	struct timeval little = {.tv_usec = 30000};
	uint64_t before = now_ms();
	fd_set reads;

	CHECK(poll(two, 1, 0) == 0 && poll(two, 1, 30) == 0 && now_ms() - before >= 30);
	CHECK(poll(two, 2, -1) == 1 && two[0].revents == 0 && two[1].revents == POLLOUT);
	two[0].fd = 77;
	CHECK(poll(two, 1, -1) == 1 && two[0].revents == POLLNVAL);
	before = now_ms();
	CHECK(poll(NULL, 0, 20) == 0 && now_ms() - before >= 20);
	FD_ZERO(&reads);
	FD_SET(0, &reads);
	before = now_ms();
	CHECK(select(1, &reads, NULL, NULL, &little) == 0 && !FD_ISSET(0, &reads));
	CHECK(now_ms() - before >= 30);
	FD_SET(78, &reads);
	CHECK(FAILS(select(79, &reads, NULL, NULL, &little), EBADF));
}

static void terminal(void)
{
	struct termios old, raw, seen;
	struct winsize size;
	char byte;
	int null = open("/dev/null", O_RDWR), tty = open("/dev/tty", O_RDWR);

	CHECK(isatty(0) && isatty(tty) && !isatty(null) && errno == ENOTTY);
	CHECK(FAILS(tcgetattr(null, &old), ENOTTY) && tcgetattr(0, &old) == 0);
	CHECK(old.c_lflag & ICANON && old.c_lflag & ECHO && old.c_cc[VINTR] == 3);
	raw = old;
	cfmakeraw(&raw);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	CHECK(tcsetattr(0, TCSAFLUSH, &raw) == 0 && tcgetattr(tty, &seen) == 0);
	CHECK(memcmp(&raw, &seen, sizeof(raw)) == 0 && read(0, &byte, 1) == 0);
	CHECK(tcsetattr(0, TCSADRAIN, &old) == 0);
	CHECK(fcntl(0, F_SETFL, O_NONBLOCK) == 0 && FAILS(read(0, &byte, 1), EAGAIN));
	CHECK(fcntl(0, F_SETFL, 0) == 0 && FAILS(lseek(0, 0, SEEK_SET), ESPIPE));
	CHECK(ioctl(0, TIOCGWINSZ, &size) == 0 && size.ws_col > 0);
	CHECK(write(tty, "", 0) == 0 && close(tty) == 0 && close(null) == 0);
}

static void mounting(void)
{
	struct stat found;

	CHECK(mount("tmpfs", "/mnt", "tmpfs", 0, NULL) == 0);
	CHECK(mkdir("/mnt/m", 0777) == 0 && stat("/tmp/m", &found) == 0 && rmdir("/tmp/m") == 0);
	CHECK(umount("/mnt") == 0 && FAILS(umount("/mnt"), EINVAL));
	CHECK(FAILS(mount("x", "/mnt", "ext9", 0, NULL), ENODEV));
}

const struct test file_tests[] = {
	{"file_reading_and_writing", reading_and_writing},
	{"file_duplicates_and_flags", duplicates_and_flags},
	{"file_exhaustion", exhaustion},
	{"file_attributes", attributes},
	{"file_paths", paths},
	{"file_directories", directories},
	{"file_stdio", stdio_files},
	{"file_waiting", waiting},
	{"file_terminal", terminal},
	{"file_mounting", mounting},
	{0},
};
