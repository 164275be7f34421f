import type { SeccompProfile, SeccompRule } from "./profile.ts";

/** Calls that every container may make. */
const always = `
  _llseek _newselect accept accept4 access adjtimex alarm bind brk cachestat capget capset chdir chmod chown
  chown32 clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64
  clock_nanosleep clock_nanosleep_time64 close close_range connect copy_file_range creat dup dup2 dup3
  epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd
  eventfd2 execve execveat exit exit_group faccessat faccessat2 fadvise64 fadvise64_64 fallocate fanotify_mark
  fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr flistxattr flock
  fork fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futex
  futex_requeue futex_time64 futex_wait futex_waitv futex_wake futimesat get_robust_list get_thread_area getcpu
  getcwd getdents getdents64 getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getitimer
  getpeername getpgid getpgrp getpid getppid getpriority getrandom getresgid getresgid32 getresuid getresuid32
  getrlimit getrusage getsid getsockname getsockopt gettid gettimeofday getuid getuid32 getxattr getxattrat
  inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents
  io_pgetevents_time64 io_setup io_submit ioctl ioprio_get ioprio_set ipc kill landlock_add_rule
  landlock_create_ruleset landlock_restrict_self lchown lchown32 lgetxattr link linkat listen listmount listxattr
  listxattrat llistxattr lremovexattr lseek lsetxattr lstat lstat64 madvise map_shadow_stack membarrier
  memfd_create memfd_secret mincore mkdir mkdirat mknod mknodat mlock mlock2 mlockall mmap mmap2 mprotect
  mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64
  mq_unlink mremap mseal msgctl msgget msgrcv msgsnd msync munlock munlockall munmap name_to_handle_at nanosleep
  newfstatat open openat openat2 pause pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc pkey_free pkey_mprotect
  poll ppoll ppoll_time64 prctl pread64 preadv preadv2 prlimit64 process_mrelease pselect6 pselect6_time64
  pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv recv recvfrom recvmmsg recvmmsg_time64
  recvmsg remap_file_pages removexattr removexattrat rename renameat renameat2 restart_syscall riscv_hwprobe rmdir
  rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
  rt_sigtimedwait_time64 rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity
  sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64
  sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield seccomp select semctl semget semop
  semtimedop semtimedop_time64 send sendfile sendfile64 sendmmsg sendmsg sendto set_robust_list set_thread_area
  set_tid_address setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32 setitimer setpgid
  setpriority setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid setreuid32 setrlimit setsid
  setsockopt setuid setuid32 setxattr setxattrat shmat shmctl shmdt shmget shutdown sigaltstack signalfd signalfd4
  sigprocmask sigreturn socketcall socketpair splice stat stat64 statfs statfs64 statmount statx symlink symlinkat
  sync sync_file_range syncfs sysinfo tee tgkill time timer_create timer_delete timer_getoverrun timer_gettime
  timer_gettime64 timer_settime timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime
  timerfd_settime64 times tkill truncate truncate64 ugetrlimit umask uname unlink unlinkat uretprobe utime
  utimensat utimensat_time64 utimes vfork vmsplice wait4 waitid waitpid write writev
`;

/** Namespace flags of `clone`: a container makes processes and threads, no containers. */
const namespaceFlags = 0x7e02_0000;
/** Execution domains of `personality`: Linux, with and without the 32-bit address limits, and the question itself. */
const personalities = [0x0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffff];
const vsock = 40;
/** Encryption keys of the kernel reachable as sockets. */
const algorithmSockets = 38;

/** What a capability opens beyond that: who may load modules has no use for a filter of `init_module`. */
const byCapability: Readonly<Record<string, string>> = {
  CAP_BPF: "bpf",
  CAP_DAC_READ_SEARCH: "open_by_handle_at",
  CAP_PERFMON: "perf_event_open",
  CAP_SYSLOG: "syslog",
  CAP_SYS_ADMIN: `bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie lsm_get_self_attr
    lsm_list_modules lsm_set_self_attr mount mount_setattr move_mount open_tree perf_event_open quotactl quotactl_fd
    setdomainname sethostname setns syslog umount umount2 unshare`,
  CAP_SYS_BOOT: "reboot",
  CAP_SYS_CHROOT: "chroot",
  CAP_SYS_MODULE: "delete_module finit_module init_module",
  CAP_SYS_NICE: "get_mempolicy mbind set_mempolicy set_mempolicy_home_node",
  CAP_SYS_PACCT: "acct",
  CAP_SYS_PTRACE: "kcmp pidfd_getfd process_madvise process_vm_readv process_vm_writev ptrace",
  CAP_SYS_RAWIO: "ioperm iopl",
  CAP_SYS_TIME: "clock_settime clock_settime64 settimeofday stime",
  CAP_SYS_TTY_CONFIG: "vhangup",
};

/** What only some machines have, by names of architectures as profiles write them. */
const byMachine: readonly (readonly [names: string, machines: readonly string[]])[] = [
  ["arch_prctl", ["amd64", "x32"]],
  ["modify_ldt", ["amd64", "x32", "x86"]],
  ["arm_fadvise64_64 arm_sync_file_range breakpoint cacheflush set_tls sync_file_range2", ["arm", "arm64"]],
  ["swapcontext sync_file_range2", ["ppc64le"]],
  ["riscv_flush_icache", ["riscv64"]],
  ["s390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr", ["s390", "s390x"]],
];

const s390 = ["s390", "s390x"];
const privileged = { caps: ["CAP_SYS_ADMIN"] };

/**
 * The filter of containers that ask for none: everything that is not listed is refused with EPERM. Equal in effect to
 * Docker's (https://docs.docker.com/engine/security/seccomp/), which a test compares it with.
 */
export const defaultSeccompProfile: SeccompProfile = {
  defaultAction: "SCMP_ACT_ERRNO",
  defaultErrnoRet: 1,
  syscalls: [
    allow(always),
    // Before 4.8 ptrace got around the filter.
    { ...allow("process_vm_readv process_vm_writev ptrace"), includes: { minKernel: "4.8" } },
    // All but algorithms (38) and vsock (40): both led out of containers.
    allowIf("socket", { index: 0, value: algorithmSockets, op: "SCMP_CMP_LT" }),
    allowIf("socket", { index: 0, value: 39, op: "SCMP_CMP_EQ" }),
    allowIf("socket", { index: 0, value: vsock, op: "SCMP_CMP_GT" }),
    ...personalities.map((value) => allowIf("personality", { index: 0, value, op: "SCMP_CMP_EQ" })),
    ...byMachine.map(([names, arches]) => ({ ...allow(names), includes: { arches } })),
    ...Object.entries(byCapability).map(([capability, names]) => ({
      ...allow(names),
      includes: { caps: [capability] },
    })),
    {
      ...allowIf("clone", { index: 0, value: namespaceFlags, op: "SCMP_CMP_MASKED_EQ" }),
      excludes: { ...privileged, arches: s390 },
    },
    {
      // s390 takes the arguments of clone in another order.
      ...allowIf("clone", { index: 1, value: namespaceFlags, op: "SCMP_CMP_MASKED_EQ" }),
      includes: { arches: s390 },
      excludes: privileged,
    },
    // Its flags are behind a pointer that filters cannot follow: "no such call" makes libraries take clone instead.
    { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38, excludes: privileged },
  ],
};

function allow(names: string): SeccompRule {
  return { names: names.trim().split(/\s+/), action: "SCMP_ACT_ALLOW" };
}

function allowIf(name: string, argument: NonNullable<SeccompRule["args"]>[number]): SeccompRule {
  return { ...allow(name), args: [argument] };
}
