/* The two ends of benchmarks/fan_out: viewers that only read, and the barest sender there can be.
 *
 * fan_out viewers PORT N TOPIC EXTENSION [nats|frozen]
 *                                connects N viewers; on each line of stdin says what has arrived
 * fan_out sender N               accepts N viewers; on "COUNT PAUSE_US" sends so many frames to each
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 1 << 16, FRAMES = 1 << 16, PAYLOAD = 900 };

typedef struct { int fd; size_t held; unsigned char data[ROOM]; } Viewer;

static long long now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void fail(const char *what) { perror(what); exit(1); }

static long arrived, shortest_unknown;
static long seen[FRAMES];
static long long last_ns[FRAMES], sent_ns[FRAMES];

/* Note one message: which broadcast it is, and how long it was on its way. */
static void note(int compressed, const unsigned char *payload, size_t size) {
  if (compressed) { arrived++; return; }
  const char *at = memmem(payload, size, "\"at\":", 5), *n = memmem(payload, size, "\"n\":", 4);
  if (!at || !n) { shortest_unknown++; return; }
  long seq = atol(n + 4) % FRAMES;
  arrived++;
  seen[seq]++;
  sent_ns[seq] = atoll(at + 5);
  last_ns[seq] = now_ns();
}

static void parse(Viewer *v) {
  size_t start = 0;
  while (v->held - start >= 2) {
    unsigned char *f = v->data + start;
    size_t head = 2, size = f[1] & 127;
    if (size == 126) { head = 4; if (v->held - start < 4) break; size = f[2] << 8 | f[3]; }
    else if (size == 127) { head = 10; if (v->held - start < 10) break; size = 0;
      for (int i = 2; i < 10; i++) size = size << 8 | f[i]; }
    if (v->held - start < head + size) break;
    note(f[0] & 0x40, f + head, size);
    start += head + size;
  }
  memmove(v->data, v->data + start, v->held -= start);
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Say what has arrived since the last line, and forget it. */
static void report(int viewers) {
  static double took[FRAMES];
  long whole = 0;
  for (int i = 0; i < FRAMES; i++)
    if (seen[i] == viewers) took[whole++] = (last_ns[i] - sent_ns[i]) / 1e6;
  qsort(took, whole, sizeof *took, compare);
  printf("{\"arrived\":%ld,\"whole\":%ld,\"p50\":%.3f,\"p99\":%.3f}\n", arrived, whole,
         whole ? took[whole / 2] : 0.0, whole ? took[(whole * 99) / 100] : 0.0);
  fflush(stdout);
  arrived = 0;
  memset(seen, 0, sizeof seen);
}

static void say(int fd, const char *text) {
  int size = strlen(text);
  unsigned char frame[256] = {0x81, 0x80 | size, 0, 0, 0, 0};
  memcpy(frame + 6, text, size);
  if (write(fd, frame, size + 6) != size + 6) fail("write");
}

static void viewers(int port, int count, const char *topic, const char *extension, const char *how) {
  int nats = !strcmp(how, "nats"), frozen = !strcmp(how, "frozen"), little = 4096;
  int ep = epoll_create1(0);
  long long began = now_ns();
  for (int i = 0; i < count; i++) {
    Viewer *v = calloc(1, sizeof *v);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    v->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (frozen) setsockopt(v->fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
    if (connect(v->fd, (void *)&to, sizeof to)) fail("connect");
    char ask[1024], hello[120];
    if (nats) strcpy(hello, "CONNECT {\"verbose\":false}\r\nSUB bench 1\r\n");
    else snprintf(hello, sizeof hello, "{\"t\":\"hello\",\"v\":1,\"topics\":[\"%s\"]}", topic);
    int n = snprintf(ask, sizeof ask,
                     "GET /feed HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
                     "%s\r\n", extension);
    if (write(v->fd, ask, n) != n) fail("write");
    if (!nats) say(v->fd, hello);
    char got;
    for (int ends = 0; ends < 4;) {
      if (read(v->fd, &got, 1) != 1) fail("handshake");
      ends = (got == '\r' && ends % 2 == 0) || (got == '\n' && ends % 2 == 1) ? ends + 1 : 0;
    }
    if (nats) say(v->fd, hello);
    fcntl(v->fd, F_SETFL, O_NONBLOCK);
    if (frozen) continue;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = v};
    if (epoll_ctl(ep, EPOLL_CTL_ADD, v->fd, &event)) fail("epoll");
  }
  printf("{\"connected_ms\":%.1f}\n", (now_ns() - began) / 1e6);
  fflush(stdout);
  struct epoll_event in = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(ep, EPOLL_CTL_ADD, 0, &in);
  struct epoll_event found[256];
  for (;;) {
    int n = epoll_wait(ep, found, 256, -1);
    for (int i = 0; i < n; i++) {
      Viewer *v = found[i].data.ptr;
      if (!v) {
        char line[64];
        if (read(0, line, sizeof line) <= 0) exit(0);
        report(count);
        continue;
      }
      ssize_t got = read(v->fd, v->data + v->held, ROOM - v->held);
      if (got > 0) { v->held += got; parse(v); }
      else if (got == 0 || errno != EAGAIN) { epoll_ctl(ep, EPOLL_CTL_DEL, v->fd, NULL); close(v->fd); }
    }
  }
}

static double cpu_s(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void sender(int count) {
  int door = socket(AF_INET, SOCK_STREAM, 0), *fds = calloc(count, sizeof *fds);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof at;
  if (bind(door, (void *)&at, sizeof at) || listen(door, 4096)) fail("listen");
  getsockname(door, (void *)&at, &size);
  printf("%d\n", ntohs(at.sin_port));
  fflush(stdout);
  for (int i = 0; i < count; i++) {
    char asked[2048];
    fds[i] = accept(door, NULL, NULL);
    if (read(fds[i], asked, sizeof asked) <= 0) fail("accept");
    int one = 1;
    setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (write(fds[i], "HTTP/1.1 101 Switching\r\n\r\n", 26) != 26) fail("answer");
  }
  int frames, pause_us;
  for (long seq = 1; scanf("%d %d", &frames, &pause_us) == 2;) {
    double began = cpu_s();
    for (int k = 0; k < frames; k++, seq++) {
      unsigned char frame[4 + PAYLOAD + 1] = {0x81, 126, PAYLOAD >> 8, PAYLOAD & 255};
      int n = snprintf((char *)frame + 4, PAYLOAD, "{\"patch\":{\"at\":%lld,\"n\":%ld,\"text\":\"",
                       now_ns(), seq);
      memset(frame + 4 + n, 'x', PAYLOAD - n - 3);
      memcpy(frame + 4 + PAYLOAD - 3, "\"}}", 3);
      for (int i = 0; i < count; i++)
        if (send(fds[i], frame, 4 + PAYLOAD, MSG_NOSIGNAL) < 0) fail("send");
      if (pause_us) usleep(pause_us);
    }
    printf("{\"cpu_s\":%.6f,\"rss\":0}\n", cpu_s() - began);
    fflush(stdout);
  }
}

int main(int argc, char **argv) {
  if (argc >= 5 && !strcmp(argv[1], "viewers"))
    viewers(atoi(argv[2]), atoi(argv[3]), argv[4], argc > 5 ? argv[5] : "", argc > 6 ? argv[6] : "");
  else if (argc == 3 && !strcmp(argv[1], "sender")) sender(atoi(argv[2]));
  return 2;
}
