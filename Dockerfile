FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY . .
RUN mvn -B -ntp -q -pl gateway -am -Dmaven.test.skip package

FROM eclipse-temurin:25-jre
RUN groupadd --system tollgate && useradd --system --gid tollgate --home-dir /var/lib/tollgate tollgate \
    && mkdir -p /var/lib/tollgate && chown tollgate:tollgate /var/lib/tollgate
COPY --from=build /src/gateway/target/tollgate.jar /opt/tollgate/tollgate.jar
COPY --from=build /src/gateway/target/lib /opt/tollgate/lib
USER tollgate
WORKDIR /var/lib/tollgate
VOLUME /var/lib/tollgate
EXPOSE 8080 8081
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-XX:NewSize=256m", "--sun-misc-unsafe-memory-access=allow", "-Dio.netty.leakDetection.level=disabled", "-jar", "/opt/tollgate/tollgate.jar"]
CMD ["up", "--data", "/var/lib/tollgate"]
