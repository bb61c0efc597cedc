/* Loaded before libc into the write bench: every fsync takes LEDGER_BENCH_SYNC_US microseconds, or longer where the disk does. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static long least_us(void) {
    static long us = -1;
    if (us < 0) {
        const char *text = getenv("LEDGER_BENCH_SYNC_US");
        us = text ? atol(text) : 0;
    }
    return us;
}

static int slowly(const char *call, int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, call);
    struct timespec until;
    int failed;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += least_us() * 1000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    failed = real(fd);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    return failed;
}

int fsync(int fd) { return slowly("fsync", fd); }
int fdatasync(int fd) { return slowly("fdatasync", fd); }
