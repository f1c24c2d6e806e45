FROM scratch
ADD nginx.tar /
COPY nginx.conf /etc/nginx/nginx.conf
ARG TAG
# Two tags are two images, so that going from one to the other is a change.
LABEL org.opencontainers.image.version=$TAG
ENV PATH=/usr/sbin:/usr/bin
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
