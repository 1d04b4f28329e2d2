// SPDX-License-Identifier: MIT
//
// Tests of what libc adds to newlib for POSIX programs, as far as it needs no file: memory by address,
// semaphores, signal sets, users, names and limits, addresses as text, random bytes.

#include "../libc/suite.h"
#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <netdb.h>
#include <pthread.h>
#include <pwd.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096 };

static void test_mmap_is_zero_and_goes(void)
{
	char *memory =
		mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(memory != MAP_FAILED);
	for (size_t i = 0; i < 3 * PAGE; i++)
		CHECK(memory[i] == 0);
	memset(memory, 1, 3 * PAGE);
	CHECK(madvise(memory, PAGE, MADV_DONTNEED) == 0 && memory[0] == 0 && memory[PAGE] == 1);
	CHECK(mprotect(memory, PAGE, PROT_READ) == 0);
	CHECK(munmap(memory + PAGE, PAGE) == 0);
	// The hole can be filled at its place.
	CHECK(mmap(memory + PAGE, PAGE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == memory + PAGE);
	CHECK(memory[PAGE] == 0 && memory[2 * PAGE] == 1);
	// And what is there is replaced.
	CHECK(mmap(memory + 2 * PAGE, PAGE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == memory + 2 * PAGE);
	CHECK(memory[2 * PAGE] == 0);
	CHECK(munmap(memory, 3 * PAGE) == 0);
}

static void test_mmap_shared_and_none(void)
{
	char *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *none = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(shared != MAP_FAILED && none != MAP_FAILED);
	shared[0] = 1;
	CHECK(mprotect(none, PAGE, PROT_READ | PROT_WRITE) == 0);
	none[0] = 1;
	CHECK(munmap(shared, PAGE) == 0 && munmap(none, PAGE) == 0);
}

static void test_mmap_refuses(void)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS;

	CHECK(mmap(NULL, 0, PROT_READ, flags, -1, 0) == MAP_FAILED && errno == EINVAL);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
	CHECK(mmap(NULL, PAGE, PROT_READ, flags, -1, 1) == MAP_FAILED && errno == EINVAL);
	CHECK(mmap((void *)1, PAGE, PROT_READ, flags | MAP_FIXED, -1, 0) == MAP_FAILED &&
	      errno == EINVAL);
	CHECK(mmap(NULL, 1ul << 40, PROT_READ, flags, -1, 0) == MAP_FAILED && errno == ENOMEM);
	CHECK(mmap(NULL, SIZE_MAX, PROT_READ, flags, -1, 0) == MAP_FAILED && errno == ENOMEM);
	CHECK(mmap(NULL, PAGE, PROT_WRITE | PROT_EXEC, flags, -1, 0) == MAP_FAILED &&
	      errno == EACCES);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, 0, 0) == MAP_FAILED && errno == ENOSYS);
}

static sem_t turns, answers;

static void *semaphore_partner(void *sum)
{
	for (int i = 0; i < 100; i++) {
		sem_wait(&turns);
		++*(int *)sum;
		sem_post(&answers);
	}
	return NULL;
}

static void test_semaphores(void)
{
	struct timespec soon;
	int sum = 0, value = -1;
	pthread_t partner;

	CHECK(sem_init(&turns, 0, 0) == 0 && sem_init(&answers, 0, 0) == 0);
	CHECK(sem_init(&turns, 1, 0) != 0 && errno == ENOSYS);
	CHECK(pthread_create(&partner, NULL, semaphore_partner, &sum) == 0);
	for (int i = 0; i < 100; i++) {
		sem_post(&turns);
		CHECK(sem_wait(&answers) == 0 && sum == i + 1);
	}
	CHECK(pthread_join(partner, NULL) == 0);
	CHECK(sem_getvalue(&answers, &value) == 0 && value == 0);
	CHECK(sem_trywait(&answers) != 0 && errno == EAGAIN);
	CHECK(clock_gettime(CLOCK_REALTIME, &soon) == 0);
	soon.tv_nsec += 1000000;
	soon.tv_sec += soon.tv_nsec / 1000000000;
	soon.tv_nsec %= 1000000000;
	CHECK(sem_timedwait(&answers, &soon) != 0 && errno == ETIMEDOUT);
	CHECK(sem_destroy(&turns) == 0 && sem_destroy(&answers) == 0);
}

static void test_signal_sets(void)
{
	sigset_t set;

	CHECK(sigemptyset(&set) == 0 && !sigismember(&set, SIGINT));
	CHECK(sigaddset(&set, SIGINT) == 0 && sigaddset(&set, NSIG - 1) == 0);
	CHECK(sigismember(&set, SIGINT) == 1 && sigismember(&set, NSIG - 1) == 1);
	CHECK(sigdelset(&set, SIGINT) == 0 && sigismember(&set, SIGINT) == 0);
	CHECK(sigaddset(&set, 0) == -1 && sigaddset(&set, NSIG) == -1 && errno == EINVAL);
	CHECK(sigismember(&set, -1) == -1);
	CHECK(sigfillset(&set) == 0 && sigismember(&set, SIGHUP) == 1);
	CHECK(SIGCHLD == 17 && SIGUSR1 == 10 && SIGSTOP == 19);
}

static void test_wait_statuses(void)
{
	CHECK(WIFEXITED(0x700) && WEXITSTATUS(0x700) == 7 && !WIFSIGNALED(0x700));
	CHECK(WIFSIGNALED(15) && WTERMSIG(15) == 15 && !WIFEXITED(15) && !WIFSTOPPED(15));
	CHECK(WIFSTOPPED(0x137f) && WSTOPSIG(0x137f) == SIGSTOP && !WIFSIGNALED(0x137f));
	CHECK(WIFCONTINUED(0xffff) && !WIFSTOPPED(0xffff) && !WIFEXITED(0xffff));
}

static void test_siglongjmp(void)
{
	sigjmp_buf place;
	volatile int times = 0;

	if (sigsetjmp(place, 0) < 3) {
		times++;
		siglongjmp(place, times);
	}
	CHECK(times == 3);
}

static void test_users(void)
{
	struct passwd *user = getpwnam("root"), entry, *found;
	char buffer[64];

	CHECK(user != NULL && user->pw_uid == 0 && strcmp(user->pw_dir, "/tmp") == 0);
	CHECK(getpwuid(0) == user && getpwuid(1) == NULL && getpwnam("nobody") == NULL);
	CHECK(getpwuid_r(0, &entry, buffer, sizeof(buffer), &found) == 0 && found == &entry);
	CHECK(getgrgid(0) != NULL && getgrnam("root")->gr_gid == 0 && getgrgid(5) == NULL);
	CHECK(getuid() == 0 && setuid(0) == 0);
	CHECK(setuid(1) == -1 && errno == EPERM);
}

static void test_machine(void)
{
	struct utsname name;
	struct sysinfo info;
	struct rlimit limit;
	char host[65];

	CHECK(uname(&name) == 0 && strcmp(name.sysname, "Caplet") == 0);
	CHECK(gethostname(host, sizeof(host)) == 0 && strcmp(host, name.nodename) == 0);
	CHECK(gethostname(host, 2) == -1 && errno == ENAMETOOLONG);
	CHECK(sysconf(_SC_PAGESIZE) == PAGE && sysconf(_SC_OPEN_MAX) >= 64);
	CHECK(sysconf(_SC_PHYS_PAGES) > 1000 && sysconf(_SC_AVPHYS_PAGES) > 0);
	errno = 0;
	CHECK(sysconf(-1) == -1 && errno == EINVAL);
	CHECK(sysinfo(&info) == 0 && info.freeram < info.totalram && info.procs > 2);
	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= 64);
	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	limit.rlim_cur--;
	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == -1 && errno == ENOSYS);
}

static void test_addresses(void)
{
	struct in_addr address;
	char text[INET_ADDRSTRLEN];

	CHECK(inet_aton("10.1.2.3", &address) && address.s_addr == htobe32(0x0a010203));
	CHECK(inet_aton("10.515", &address) && address.s_addr == htobe32(0x0a000203));
	CHECK(!inet_aton("10.1.2.256", &address) && !inet_aton("", &address));
	CHECK(!inet_aton("1.2.3.4.5", &address) && !inet_aton("1.2.3.4x", &address));
	CHECK(inet_pton(AF_INET, "10.515", &address) == 0);
	CHECK(inet_pton(AF_INET, "127.0.0.1", &address) == 1);
	CHECK(strcmp(inet_ntop(AF_INET, &address, text, sizeof(text)), "127.0.0.1") == 0);
	CHECK(inet_ntop(AF_INET, &address, text, 4) == NULL && errno == ENOSPC);
	CHECK(socket(AF_INET, SOCK_STREAM, 0) == -1 && errno == ENOSYS);
	CHECK(getaddrinfo("localhost", NULL, NULL, NULL) == EAI_FAIL);
}

static void test_random(void)
{
	unsigned char data[64] = {0}, again[64] = {0};

	CHECK(getrandom(data, sizeof(data), 0) == sizeof(data));
	CHECK(getentropy(again, sizeof(again)) == 0);
	CHECK(memcmp(data, again, sizeof(data)) != 0);
	CHECK(getentropy(again, 257) == -1 && errno == EIO);
}

static void test_terminal_attributes(void)
{
	struct termios attributes = {.c_lflag = ICANON | ECHO | ISIG | TOSTOP, .c_iflag = ICRNL};

	cfmakeraw(&attributes);
	CHECK(attributes.c_lflag == TOSTOP && attributes.c_iflag == 0);
	CHECK(cfsetspeed(&attributes, B115200) == 0 && cfgetospeed(&attributes) == B115200);
	CHECK(cfsetispeed(&attributes, 1u << 30) == -1 && errno == EINVAL);
}

static void test_wide_numbers(void)
{
	CHECK(sizeof(ino_t) == 8 && sizeof(dev_t) == 8 && sizeof(uid_t) == 4);
	CHECK(sizeof(off_t) == 8 && sizeof(time_t) == 8);
}

static void test_clearenv(void)
{
	CHECK(setenv("SOME", "thing", 1) == 0 && getenv("SOME") != NULL);
	CHECK(clearenv() == 0 && getenv("SOME") == NULL);
	CHECK(setenv("OTHER", "thing", 1) == 0 && strcmp(getenv("OTHER"), "thing") == 0);
}

const struct test library_tests[] = {
	{"mmap_is_zero_and_goes", test_mmap_is_zero_and_goes},
	{"mmap_shared_and_none", test_mmap_shared_and_none},
	{"mmap_refuses", test_mmap_refuses},
	{"semaphores", test_semaphores},
	{"signal_sets", test_signal_sets},
	{"wait_statuses", test_wait_statuses},
	{"siglongjmp", test_siglongjmp},
	{"users", test_users},
	{"machine", test_machine},
	{"addresses", test_addresses},
	{"random", test_random},
	{"terminal_attributes", test_terminal_attributes},
	{"wide_numbers", test_wide_numbers},
	{"clearenv", test_clearenv},
	{0},
};
