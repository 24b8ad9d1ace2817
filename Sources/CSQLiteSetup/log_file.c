/* Writes to a write-ahead log in large pieces.

   SQLite hands each frame of the log (https://www.sqlite.org/fileformat2.html#walformat) to the file in two writes, its header
   of 24 octets and its page, and each of them is a system call: a transaction of an import has some ten thousand. Here frames
   that follow each other are held, and go to the file together. The file gets the same octets in the same order; nothing but
   the size of the writes is different.

   What is held belongs to a transaction that has not been committed, and nobody else looks at it before that: readers go no
   further than the last frame that says "commit", and so does who reads the log after a crash. So everything held is written
   before the call that brings the end of a commit's frame returns, and its error is that call's; and before anything else
   that SQLite asks of the file. What cannot be written fails what was asked, and is held until it can be.

   What is still held when a connection lets go of the lock of whoever writes (https://www.sqlite.org/walformat.html#locks)
   belongs to a transaction that was taken back. It is forgotten, for from then on others write to that place. Who writes without
   that lock, because nobody else may open the database, has nothing held.

   It is a VFS (https://www.sqlite.org/vfs.html) that differs from the system's own in the methods of logs, and in a
   database's method for locks; all else is the system's. */

#include <sqlite3.h>
#include <string.h>
#include "CSQLiteSetup.h"

enum {
    FRAME_HEADER = 24,
    /* From here on a write goes to the file. */
    ENOUGH = 64 << 10,
    /* One more frame with the largest page. */
    CAPACITY = ENOUGH + FRAME_HEADER + (64 << 10),
};

/* The lock of whoever writes to a log. */
enum { WRITE_LOCK = 0 };

struct LogFile;

/* Stands behind the system's own structure for a database. */
typedef struct Database {
    const sqlite3_io_methods *system;
    sqlite3_io_methods methods;
    /* That of the same connection; NULL where it has none. */
    struct LogFile *log;
    /* The connection has the lock of whoever writes to the log. */
    int is_writing;
} Database;

typedef struct LogFile {
    sqlite3_file base;
    sqlite3_file *system;
    Database *database;
    unsigned char *held;
    int count;
    /* Where in the file what is held begins. */
    sqlite3_int64 start;
    /* The page that belongs to the header that came last is still to come. */
    int page_follows;
    /* It ends a transaction. */
    int is_commit;
    /* Nothing is held: where a write may harm its neighbours in a sector, SQLite divides frames. */
    int is_direct;
} LogFile;

static sqlite3_vfs *system_vfs;
/* Octets of the system's structure for a file, aligned for what stands behind it. */
static size_t system_size;
static _Thread_local unsigned long long writes;

static LogFile *log_of(sqlite3_file *file) { return (LogFile *)file; }

static void forget(LogFile *log) {
    log->count = 0;
    log->page_follows = 0;
}

/* Writes what is held. If that fails it is still held: a transaction may go on after a statement that failed for a full disk,
   and needs the frames of those before it. */
static int let_go(LogFile *log) {
    if (log->count > 0) {
        writes++;
        int result = log->system->pMethods->xWrite(log->system, log->held, log->count, log->start);
        if (result != SQLITE_OK) return result;
    }
    forget(log);
    return SQLITE_OK;
}

static int write_through(LogFile *log, const void *octets, int count, sqlite3_int64 offset) {
    int result = let_go(log);
    if (result != SQLITE_OK) return result;
    writes++;
    return log->system->pMethods->xWrite(log->system, octets, count, offset);
}

static void hold(LogFile *log, const void *octets, int count, sqlite3_int64 offset) {
    if (log->count == 0) log->start = offset;
    memcpy(log->held + log->count, octets, (size_t)count);
    log->count += count;
}

static int is_page_size(int count) { return count >= 512 && count <= 65536 && (count & (count - 1)) == 0; }

static int log_write(sqlite3_file *file, const void *octets, int count, sqlite3_int64 offset) {
    LogFile *log = log_of(file);
    if (log->is_direct || !log->database->is_writing) return write_through(log, octets, count, offset);
    int follows = log->count > 0 && offset == log->start + log->count;
    if (count == FRAME_HEADER && !log->page_follows) {
        if (!follows || log->count >= ENOUGH) {
            int result = let_go(log);
            if (result != SQLITE_OK) return result;
        }
        if (log->held == NULL && (log->held = sqlite3_malloc(CAPACITY)) == NULL)
            return write_through(log, octets, count, offset);
        hold(log, octets, count, offset);
        log->page_follows = 1;
        /* The size of the database in pages after a commit; zero in all other frames. */
        static const unsigned char none[4] = {0};
        log->is_commit = memcmp((const unsigned char *)octets + 4, none, sizeof none) != 0;
        return SQLITE_OK;
    }
    if (log->page_follows && follows && is_page_size(count)) {
        hold(log, octets, count, offset);
        log->page_follows = 0;
        return log->is_commit ? let_go(log) : SQLITE_OK;
    }
    return write_through(log, octets, count, offset);
}

static int log_close(sqlite3_file *file) {
    LogFile *log = log_of(file);
    int result = let_go(log);
    sqlite3_free(log->held);
    log->held = NULL;
    if (log->database) log->database->log = NULL;
    int closed = log->system->pMethods->xClose(log->system);
    return result != SQLITE_OK ? result : closed;
}

/* All others: first what is held, then what is asked. */
#define AFTER_LETTING_GO(call)                  \
    LogFile *log = log_of(file);                \
    int result = let_go(log);                   \
    if (result != SQLITE_OK) return result;     \
    return log->system->pMethods->call

static int log_read(sqlite3_file *file, void *octets, int count, sqlite3_int64 offset) {
    AFTER_LETTING_GO(xRead(log->system, octets, count, offset));
}
static int log_truncate(sqlite3_file *file, sqlite3_int64 size) { AFTER_LETTING_GO(xTruncate(log->system, size)); }
static int log_sync(sqlite3_file *file, int flags) { AFTER_LETTING_GO(xSync(log->system, flags)); }
static int log_size(sqlite3_file *file, sqlite3_int64 *size) { AFTER_LETTING_GO(xFileSize(log->system, size)); }
static int log_lock(sqlite3_file *file, int level) { AFTER_LETTING_GO(xLock(log->system, level)); }
static int log_unlock(sqlite3_file *file, int level) { AFTER_LETTING_GO(xUnlock(log->system, level)); }
static int log_reserved(sqlite3_file *file, int *is) { AFTER_LETTING_GO(xCheckReservedLock(log->system, is)); }
static int log_control(sqlite3_file *file, int what, void *argument) {
    AFTER_LETTING_GO(xFileControl(log->system, what, argument));
}
static int log_sector(sqlite3_file *file) { return log_of(file)->system->pMethods->xSectorSize(log_of(file)->system); }
static int log_device(sqlite3_file *file) {
    return log_of(file)->system->pMethods->xDeviceCharacteristics(log_of(file)->system);
}

static const sqlite3_io_methods log_methods = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_unlock,
    .xCheckReservedLock = log_reserved,
    .xFileControl = log_control,
    .xSectorSize = log_sector,
    .xDeviceCharacteristics = log_device,
};

static Database *database_of(sqlite3_file *file) { return (Database *)((char *)file + system_size); }

static int database_lock(sqlite3_file *file, int first, int count, int flags) {
    Database *database = database_of(file);
    int is_of_writer = first == WRITE_LOCK && (flags & SQLITE_SHM_EXCLUSIVE);
    if (is_of_writer && (flags & SQLITE_SHM_UNLOCK)) {
        database->is_writing = 0;
        if (database->log) forget(database->log);
    }
    int result = database->system->xShmLock(file, first, count, flags);
    if (is_of_writer && (flags & SQLITE_SHM_LOCK) && result == SQLITE_OK) database->is_writing = 1;
    return result;
}

static int open_database(const char *name, sqlite3_file *file, int flags, int *given) {
    int result = system_vfs->xOpen(system_vfs, name, file, flags, given);
    Database *database = database_of(file);
    *database = (Database){.system = file->pMethods};
    if (file->pMethods == NULL || file->pMethods->iVersion < 2 || file->pMethods->xShmLock == NULL) return result;
    database->methods = *file->pMethods;
    database->methods.xShmLock = database_lock;
    file->pMethods = &database->methods;
    return result;
}

static int open_log(const char *name, sqlite3_file *file, int flags, int *given) {
    LogFile *log = log_of(file);
    sqlite3_file *system = (sqlite3_file *)(log + 1);
    *log = (LogFile){.system = system};
    int result = system_vfs->xOpen(system_vfs, name, system, flags, given);
    if (result != SQLITE_OK) {
        if (system->pMethods) system->pMethods->xClose(system);
        return result;
    }
    int is_whole = system->pMethods->xDeviceCharacteristics(system) & SQLITE_IOCAP_POWERSAFE_OVERWRITE;
    sqlite3_file *owner = sqlite3_database_file_object(name);
    Database *database = owner->pMethods == &database_of(owner)->methods ? database_of(owner) : NULL;
    if (database) database->log = log;
    log->database = database;
    log->is_direct = !is_whole || database == NULL;
    log->base.pMethods = &log_methods;
    return SQLITE_OK;
}

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *given) {
    (void)vfs;
    if (flags & SQLITE_OPEN_WAL) return open_log(name, file, flags, given);
    if (flags & SQLITE_OPEN_MAIN_DB) return open_database(name, file, flags, given);
    return system_vfs->xOpen(system_vfs, name, file, flags, given);
}

int martlet_sqlite_gather_log(void) {
    static sqlite3_vfs ours;
    system_vfs = sqlite3_vfs_find(NULL);
    if (system_vfs == NULL) return SQLITE_ERROR;
    size_t alignment = sizeof(void *);
    system_size = ((size_t)system_vfs->szOsFile + alignment - 1) / alignment * alignment;
    size_t behind = sizeof(Database) > sizeof(LogFile) ? sizeof(Database) : sizeof(LogFile);
    ours = *system_vfs;
    ours.zName = "martlet";
    ours.pNext = NULL;
    ours.szOsFile = (int)(system_size + behind);
    ours.xOpen = open_file;
    return sqlite3_vfs_register(&ours, 1);
}

unsigned long long martlet_sqlite_log_writes(void) { return writes; }
