FROM scratch
ADD node.tar /
ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin
COPY kube-proxy /usr/local/bin/
