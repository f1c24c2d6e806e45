FROM scratch
ADD node.tar /
ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin
COPY flannel /opt/bin/flanneld
ENTRYPOINT ["/opt/bin/flanneld"]
