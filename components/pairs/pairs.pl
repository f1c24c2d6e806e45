# Tries the ways between machines, with what a fresh Debian or Ubuntu has: perl-base. Run as root, from standard input:
#   listen NONCE ADDRESS UDP VRRP PORT...    listens until it is told to end, and for a minute at most
#   call NONCE ready|end                     waits for the one that listens on this machine; ends it, and prints what it heard
#   ask NONCE NAME SIZE KIND:ADDRESS:PORT... calls others; SIZE is what packets of pods have outside, 0 for the way's own MTU
use strict;
use Socket;
use Errno qw(EINPROGRESS);

$| = 1;
$SIG{PIPE} = "IGNORE";
my ($mode, $nonce, @words) = @ARGV;
# Known to this machine alone, and no file.
my $door = pack_sockaddr_un("\0keelson-pairs-$nonce");

sub ready_of {
  my ($seconds, $write, @sockets) = @_;
  my $bits = "";
  vec($bits, fileno($_), 1) = 1 for @sockets;
  my ($found) = $write ? select(undef, $bits, undef, $seconds) : select($bits, undef, undef, $seconds);
  return $found > 0 ? grep { vec($bits, fileno($_), 1) } @sockets : ();
}

sub listen_for {
  my ($address, $udp, $vrrp, @ports) = @_;
  my (@tcp, @taken, %heard, @open);
  alarm 60;
  for my $port (@ports) {
    socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
    setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
    if ((bind($socket, pack_sockaddr_in($port, INADDR_ANY)) || bind($socket, pack_sockaddr_in($port, inet_aton($address)))) && listen($socket, 200)) {
      push @tcp, $socket;
    } else {
      push @taken, $port;
    }
  }
  # What a firewall lets through is seen by a raw socket also where a program, or the kernel's vxlan, has the port.
  my @raw;
  if ($udp) {
    socket(my $socket, PF_INET, SOCK_RAW, 17) or die "socket: $!";
    setsockopt($socket, SOL_SOCKET, SO_RCVBUF, 4 << 20);
    push @raw, [$socket, "udp"];
    # Nobody is answered that the port is not there, as long as this listens.
    socket(my $port, PF_INET, SOCK_DGRAM, 0) or die "socket: $!";
    push @open, $port if bind($port, pack_sockaddr_in($udp, INADDR_ANY));
  }
  if ($vrrp) {
    socket(my $socket, PF_INET, SOCK_RAW, 112) or die "socket: $!";
    push @raw, [$socket, "vrrp"];
  }
  socket(my $unix, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
  bind($unix, $door) && listen($unix, 10) or die "bind: $!";
  while (1) {
    for my $socket (ready_of(1, 0, $unix, @tcp, (map { $_->[0] } @raw), grep { ref $_ } @open)) {
      if ($socket == $unix) {
        accept(my $client, $unix) or next;
        my $word = <$client>;
        if (defined $word && $word eq "end\n") {
          print $client "taken $_\n" for @taken;
          print $client "heard $_\n" for sort keys %heard;
          close $client;
          exit 0;
        }
        print $client "ready\n";
        close $client;
      } elsif (grep { $_ == $socket } @tcp) {
        accept(my $client, $socket) or next;
        # Whoever calls hangs up first: nothing of the port is left here.
        push @open, $client;
      } elsif (my ($raw) = grep { $_->[0] == $socket } @raw) {
        recv($socket, my $packet, 65535, 0);
        my $data = substr($packet, (ord($packet) & 15) * 4);
        if ($raw->[1] eq "udp") {
          my (undef, $port) = unpack("n2", $data);
          next unless $port == $udp;
          $data = substr($data, 8);
        }
        $heard{"$raw->[1] $1"} = 1 if $data =~ /^keelson \Q$nonce\E (\S+ \d+) /;
      } else {
        my $read = recv($socket, my $unused, 65535, 0);
        next if defined $read && length $unused;
        @open = grep { $_ != $socket } @open;
        close $socket;
      }
    }
  }
}

sub call {
  my ($word) = @_;
  for (1 .. 100) {
    socket(my $unix, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
    if (connect($unix, $door)) {
      syswrite $unix, "$word\n";
      print while <$unix>;
      return;
    }
    select(undef, undef, undef, 0.1);
  }
  die "nobody listens on this machine\n";
}

sub ask {
  my ($name, $size, @targets) = @_;
  my (%calls, @packets);
  my $message = sub { "keelson $nonce $name $_[0] " };
  for my $target (@targets) {
    my ($kind, $address, $port) = split /:/, $target;
    if ($kind eq "tcp") {
      socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
      # Not to wait for one before the other is called. Source: fcntl(2), O_NONBLOCK.
      require Fcntl;
      fcntl($socket, Fcntl::F_SETFL(), Fcntl::O_NONBLOCK());
      if (connect($socket, pack_sockaddr_in($port, inet_aton($address))) || $! == EINPROGRESS) { $calls{fileno($socket)} = [$socket, $target] }
      else { print "$target\t$!\n" }
      next;
    }
    socket(my $socket, PF_INET, $kind eq "udp" ? SOCK_DGRAM : SOCK_RAW, $kind eq "udp" ? 0 : 112) or die "socket: $!";
    if ($kind eq "vrrp") {
      push @packets, [$socket, $address, 0, $message->(0), $target];
      next;
    }
    connect($socket, pack_sockaddr_in($port, inet_aton($address))) or print("$target\t$!\n"), next;
    # IP_MTU, IP_MTU_DISCOVER and IP_PMTUDISC_PROBE, which sends what it is told to, in one piece. Source: ip(7).
    my $way = unpack("i", getsockopt($socket, 0, 14));
    setsockopt($socket, 0, 10, 3);
    my $full = $size || $way;
    print "$target\tsize $full\n";
    for my $length (100, $full, grep { $_ < $full } 1500, 1492, 1480, 1460, 1450, 1430, 1400, 1350, 1300, 1280) {
      my $text = $message->($length);
      push @packets, [$socket, $address, $port, $text . "k" x ($length - 28 - length $text), $target];
    }
  }
  # What is lost once is no firewall.
  for my $round (1 .. 3) {
    for my $packet (@packets) {
      my ($socket, $address, $port, $data, $target) = @$packet;
      $port ? send($socket, $data, 0) : send($socket, $data, 0, pack_sockaddr_in(0, inet_aton($address)));
    }
    select(undef, undef, undef, 0.15) if @packets;
  }
  for (my $rounds = 0; %calls && $rounds < 30; $rounds++) {
    for my $socket (ready_of(0.1, 1, map { $_->[0] } values %calls)) {
      my ($unused, $target) = @{ delete $calls{fileno($socket)} };
      $! = unpack("i", getsockopt($socket, SOL_SOCKET, SO_ERROR));
      print "$target\t", $! ? "$!" : "ok", "\n";
      close $socket;
    }
  }
  print "$_->[1]\tno answer within 3 s\n" for values %calls;
  print "asked\n";
}

if ($mode eq "listen") { listen_for(@words) }
elsif ($mode eq "call") { call(@words) }
else { ask(@words) }
