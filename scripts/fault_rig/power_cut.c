/* Loaded before libc into a writer process: records what the process tells the disk about one folder, and makes the disk fail.

   The environment names everything:
     FAULT_RIG_FOLDER   the folder (absolute, resolved) whose files are watched; SQLite's shared memory (-shm) is not
     FAULT_RIG_NOTES    the file in which the writer notes what it knows (acknowledged movements)
     FAULT_RIG_TRACE    where the record goes (unset: nothing is recorded); scripts/fault_rig/trace.py reads it
     FAULT_RIG_ARMED    faults happen while this file exists
     FAULT_RIG_SYNC_EVERY, FAULT_RIG_SYNC_ERRNO   every nth fsync fails with this number, and reaches no disk
     FAULT_RIG_ROOM     bytes by which the watched files may still grow; then ENOSPC, after a short write as disks do

   One lock is held around each call and its record, so that the record has the order in which the disk heard. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN = 1, WRITE, TRUNCATE, SYNC, SYNC_FOLDER, UNLINK, RENAME, NOTE, UNFORESEEN };
enum { NOTHING = 0, BOOK, NOTES, FOLDER };
enum { MOST_FDS = 65536 };

struct record { uint32_t kind, error; uint64_t inode; int64_t offset; uint64_t length; };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char what[MOST_FDS];
static uint64_t inode_of[MOST_FDS];
static const char *folder, *notes, *armed_file;
static size_t folder_length;
static int trace = -1, sync_errno = EIO;
static long sync_every, room = -1, syncs;

static long number(const char *name, long otherwise) {
    const char *text = getenv(name);
    return text && *text ? atol(text) : otherwise;
}

__attribute__((constructor)) static void start(void) {
    const char *to = getenv("FAULT_RIG_TRACE");
    folder = getenv("FAULT_RIG_FOLDER");
    notes = getenv("FAULT_RIG_NOTES");
    armed_file = getenv("FAULT_RIG_ARMED");
    folder_length = folder ? strlen(folder) : 0;
    sync_every = number("FAULT_RIG_SYNC_EVERY", 0);
    sync_errno = (int)number("FAULT_RIG_SYNC_ERRNO", EIO);
    room = number("FAULT_RIG_ROOM", -1);
    if (to && *to) trace = (int)syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void *libc(const char *name) { return dlsym(RTLD_NEXT, name); }
#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))libc(#name)

static int is_armed(void) { return armed_file && syscall(SYS_faccessat, AT_FDCWD, armed_file, F_OK, 0) == 0; }

static void put(const void *bytes, size_t length) {
    while (length) {
        long done = syscall(SYS_write, trace, bytes, length);
        if (done <= 0) { fprintf(stderr, "fault rig: the trace cannot be written\n"); _exit(97); }
        bytes = (const char *)bytes + done, length -= (size_t)done;
    }
}

static void note(uint32_t kind, uint32_t error, uint64_t inode, int64_t offset, const void *bytes, size_t length) {
    struct record head = {kind, error, inode, offset, length};
    if (trace < 0) return;
    put(&head, sizeof head);
    put(bytes, length);
}

static int kind_of(const char *path) {
    size_t length = path ? strlen(path) : 0;
    if (notes && path && !strcmp(path, notes)) return NOTES;
    if (!folder || !path || strncmp(path, folder, folder_length)) return NOTHING;
    if (!path[folder_length] || !strcmp(path + folder_length, "/") || !strcmp(path + folder_length, "/.")) return FOLDER;
    if (path[folder_length] != '/' || strchr(path + folder_length + 1, '/')) return NOTHING;
    if (length > 4 && !strcmp(path + length - 4, "-shm")) return NOTHING;
    return BOOK;
}

static const char *name_of(const char *path) { return path + folder_length + 1; }
static int watched(int fd) { return fd >= 0 && fd < MOST_FDS ? what[fd] : NOTHING; }

static void unforeseen(int fd, const char *call) {
    if (watched(fd) == BOOK) note(UNFORESEEN, 0, inode_of[fd], 0, call, strlen(call));
}

static int opened(const char *path, int flags, mode_t mode) {
    REAL(open64);
    int kind = kind_of(path), fd, is_new = 0;
    struct stat found;
    if (kind == NOTHING) {
        fd = real(path, flags, mode);
        if (fd >= 0 && fd < MOST_FDS) what[fd] = NOTHING;
        return fd;
    }
    pthread_mutex_lock(&lock);
    if (flags & O_CREAT) is_new = stat(path, &found) != 0;
    fd = real(path, flags, mode);
    if (fd >= 0 && fd < MOST_FDS && fstat(fd, &found) == 0) {
        what[fd] = (unsigned char)kind, inode_of[fd] = found.st_ino;
        if (kind == BOOK) {
            note(OPEN, 0, found.st_ino, is_new, name_of(path), strlen(name_of(path)));
            if (flags & O_TRUNC && !is_new) note(TRUNCATE, 0, found.st_ino, 0, "", 0);
        }
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

#define MODE(mode) mode_t mode = 0; if (flags & (O_CREAT | __O_TMPFILE)) { \
    va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }
int open(const char *path, int flags, ...) { MODE(mode) return opened(path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(mode) return opened(path, flags | O_LARGEFILE, mode); }

int close(int fd) {
    REAL(close);
    if (fd >= 0 && fd < MOST_FDS) what[fd] = NOTHING;
    return real(fd);
}

/* How many of `length` bytes at `offset` there is room for; -1: none at all. */
static ssize_t fits(int fd, size_t length, int64_t offset) {
    struct stat found;
    int64_t grows;
    if (room < 0 || !is_armed() || fstat(fd, &found)) return (ssize_t)length;
    grows = offset + (int64_t)length - (found.st_size > offset ? found.st_size : offset);
    if (grows <= 0) return (ssize_t)length;
    if (grows <= room) { room -= grows; return (ssize_t)length; }
    length -= (size_t)(grows - room);
    room = 0;
    return length ? (ssize_t)length : -1;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
    REAL(pwrite64);
    ssize_t done;
    if (watched(fd) != BOOK) return real(fd, bytes, length, offset);
    pthread_mutex_lock(&lock);
    done = fits(fd, length, offset);
    if (done < 0) errno = ENOSPC;
    else done = real(fd, bytes, (size_t)done, offset);
    if (done > 0) note(WRITE, 0, inode_of[fd], offset, bytes, (size_t)done);
    pthread_mutex_unlock(&lock);
    return done;
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return pwrite64(fd, bytes, length, offset); }

ssize_t write(int fd, const void *bytes, size_t length) {
    REAL(write);
    ssize_t done;
    if (watched(fd) == NOTHING) return real(fd, bytes, length);
    pthread_mutex_lock(&lock);
    done = real(fd, bytes, length);
    if (watched(fd) == NOTES && done > 0) note(NOTE, 0, 0, 0, bytes, (size_t)done);
    else unforeseen(fd, "write");
    pthread_mutex_unlock(&lock);
    return done;
}

int ftruncate64(int fd, off64_t length) {
    REAL(ftruncate64);
    int failed;
    if (watched(fd) != BOOK) return real(fd, length);
    pthread_mutex_lock(&lock);
    failed = real(fd, length);
    if (!failed) note(TRUNCATE, 0, inode_of[fd], length, "", 0);
    pthread_mutex_unlock(&lock);
    return failed;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int synced(int fd, const char *call) {
    int (*real)(int) = (int (*)(int))libc(call), failed, kind = watched(fd);
    if (kind != BOOK && kind != FOLDER) return real(fd);
    pthread_mutex_lock(&lock);
    if (kind == BOOK && sync_every && is_armed() && ++syncs % sync_every == 0) failed = -1, errno = sync_errno;
    else failed = real(fd);
    note(kind == BOOK ? SYNC : SYNC_FOLDER, failed ? (uint32_t)errno : 0, inode_of[fd], 0, "", 0);
    pthread_mutex_unlock(&lock);
    return failed;
}
int fsync(int fd) { return synced(fd, "fsync"); }
int fdatasync(int fd) { return synced(fd, "fdatasync"); }

int unlink(const char *path) {
    REAL(unlink);
    int failed;
    if (kind_of(path) != BOOK) return real(path);
    pthread_mutex_lock(&lock);
    failed = real(path);
    if (!failed) note(UNLINK, 0, 0, 0, name_of(path), strlen(name_of(path)));
    pthread_mutex_unlock(&lock);
    return failed;
}

int rename(const char *from, const char *to) {
    REAL(rename);
    char both[8192];
    int failed, length;
    if (kind_of(from) != BOOK && kind_of(to) != BOOK) return real(from, to);
    pthread_mutex_lock(&lock);
    failed = real(from, to);
    length = snprintf(both, sizeof both, "%s%c%s", name_of(from), 0, name_of(to));
    if (!failed) note(RENAME, 0, 0, 0, both, (size_t)length);
    pthread_mutex_unlock(&lock);
    return failed;
}

void *mmap64(void *at, size_t length, int protection, int flags, int fd, off64_t offset) {
    REAL(mmap64);
    unforeseen(fd, "mmap");
    return real(at, length, protection, flags, fd, offset);
}
void *mmap(void *at, size_t length, int protection, int flags, int fd, off_t offset) {
    return mmap64(at, length, protection, flags, fd, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(writev);
    unforeseen(fd, "writev");
    return real(fd, parts, count);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
    REAL(pwritev64);
    unforeseen(fd, "pwritev");
    return real(fd, parts, count, offset);
}

int fallocate64(int fd, int mode, off64_t offset, off64_t length) {
    REAL(fallocate64);
    unforeseen(fd, "fallocate");
    return real(fd, mode, offset, length);
}
