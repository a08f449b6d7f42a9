import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import jakarta.servlet.http.HttpServletRequest;
import java.io.InputStream;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Verifies what the AAuth gateway says about a request, with Nimbus JOSE + JWT and the Servlet API. Make one for each
 * upstream, and share it.
 *
 * <p>Not run by the tests of this repository.
 */
public final class Assertion {
  /** The request did not come from the gateway, or its keys are not available: answer with {@code status}. */
  public static final class Refused extends Exception {
    public final int status;

    Refused(int status, String message) {
      super(message);
      this.status = status;
    }
  }

  private static final String HEADER = "AAuth-Guard-Assertion";
  private static final JOSEObjectType TYPE = new JOSEObjectType("aauth-guard-assertion+jwt");
  private static final long LIFETIME = 30;
  /** Seconds by which the clocks may differ. */
  private static final long LEEWAY = 5;
  private static final int MAX_LENGTH = 32_768;
  private static final int MAX_DOCUMENT = 16_384;
  private static final int MAX_USED = 100_000;
  private static final Set<String> CONTENTS = Set.of("none", "verified", "unverified", "unsigned", "upstream");
  private static final Set<String> IDENTITIES = Set.of("agent-token", "person-token", "auth-token", "other");

  private final URI address;
  private final String issuer;
  private final String audience;
  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(Duration.ofSeconds(3))
          .followRedirects(HttpClient.Redirect.NEVER)
          .proxy(ProxySelector.of(null))
          .build();
  private final Map<String, Long> used = new HashMap<>();
  private JWKSet keys;
  private long fetched;
  private long tried;

  /** @param address where the gateway publishes its keys, from your configuration: https, or loopback */
  public Assertion(URI address, String issuer, String audience) {
    this.address = address;
    this.issuer = issuer;
    this.audience = audience;
  }

  /** Returns the claims. It accepts each assertion once. */
  public JWTClaimsSet verify(HttpServletRequest request) throws Refused {
    List<String> values = Collections.list(request.getHeaders(HEADER));
    if (values.size() != 1 || values.get(0).length() > MAX_LENGTH) throw refused("not exactly one assertion");
    // Neither of them is decoded.
    String query = request.getQueryString();
    String target = request.getRequestURI() + (query == null ? "" : "?" + query);
    try {
      SignedJWT jwt = SignedJWT.parse(values.get(0));
      var header = jwt.getHeader();
      if (!TYPE.equals(header.getType()) || !JWSAlgorithm.ES256.equals(header.getAlgorithm()))
        throw refused("wrong type or algorithm");
      if (header.getKeyID() == null || header.getCriticalParams() != null) throw refused("wrong header");
      JWTClaimsSet claims = jwt.getJWTClaimsSet();
      // The set of claims may drop one whose value is null.
      boolean hasAuth = jwt.getPayload().toJSONObject().containsKey("auth");
      check(claims, hasAuth, request.getMethod(), issuer + target);
      if (!jwt.verify(new ECDSAVerifier(key(header.getKeyID()).toECKey()))) throw refused("wrong signature");
      remember(claims.getJWTID(), claims.getExpirationTime().getTime() / 1000 + LEEWAY);
      return claims;
    } catch (Refused refused) {
      throw refused;
    } catch (Exception error) {
      throw refused(error.getClass().getSimpleName());
    }
  }

  private void check(JWTClaimsSet claims, boolean hasAuth, String method, String htu) throws Exception {
    if (!issuer.equals(claims.getIssuer()) || !List.of(audience).equals(claims.getAudience()))
      throw refused("for somebody else");
    if (!method.equals(claims.getStringClaim("htm")) || !htu.equals(claims.getStringClaim("htu")))
      throw refused("for another request");
    if (claims.getIssueTime() == null || claims.getExpirationTime() == null) throw refused("no times");
    long iat = claims.getIssueTime().getTime() / 1000;
    long exp = claims.getExpirationTime().getTime() / 1000;
    long now = System.currentTimeMillis() / 1000;
    if (iat > now + LEEWAY || now >= exp + LEEWAY || exp > iat + LIFETIME) throw refused("wrong times");
    String jti = claims.getJWTID();
    if (jti == null || jti.isEmpty() || jti.length() > 128) throw refused("no jti");
    String content = claims.getStringClaim("content");
    if (content == null || !CONTENTS.contains(content)) throw refused("unknown content");
    if (content.equals("upstream") != (claims.getStringClaim("digest") != null)) throw refused("digest");
    Map<String, Object> auth = claims.getJSONObjectClaim("auth");
    String caller = claims.getStringClaim("caller");
    if ("anonymous".equals(caller)) {
      boolean isEmpty = hasAuth && auth == null && claims.getSubject() == null;
      if (!isEmpty) throw refused("an anonymous caller has an identity");
    } else if (!"verified".equals(caller) || auth == null || !IDENTITIES.contains(auth.get("type"))) {
      throw refused("unknown caller");
    }
  }

  private synchronized JWK key(String kid) throws Refused {
    long now = System.nanoTime() / 1_000_000_000L;
    JWK known = find(kid);
    if (known == null || now - fetched >= 600) refresh(now);
    if (keys == null || now - fetched >= 3600) throw new Refused(503, "the keys of the gateway are not available");
    known = find(kid);
    if (known == null) throw refused("unknown key");
    return known;
  }

  /** Two keys of one name are none. */
  private JWK find(String kid) {
    if (keys == null) return null;
    List<JWK> found = keys.getKeys().stream().filter(key -> kid.equals(key.getKeyID())).toList();
    if (found.size() != 1) return null;
    JWK key = found.get(0);
    boolean fits = JWSAlgorithm.ES256.equals(key.getAlgorithm()) && !key.isPrivate();
    return fits && Curve.P_256.equals(key.toECKey().getCurve()) ? key : null;
  }

  /** Fetches the keys at most once in ten seconds. If that fails, the known ones serve for an hour. */
  private void refresh(long now) {
    if (tried != 0 && now - tried < (keys == null ? 1 : 10)) return;
    tried = now;
    try {
      HttpRequest request = HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(3)).build();
      HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        byte[] octets = body.readNBytes(MAX_DOCUMENT + 1);
        if (response.statusCode() != 200 || octets.length > MAX_DOCUMENT) return;
        keys = JWKSet.parse(new String(octets, StandardCharsets.UTF_8));
        fetched = now;
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (Exception unavailable) {
      // What was fetched before is used.
    }
  }

  private synchronized void remember(String jti, long until) throws Refused {
    if (used.containsKey(jti)) throw refused("used before");
    if (used.size() >= MAX_USED) {
      long now = System.currentTimeMillis() / 1000;
      used.values().removeIf(end -> end <= now);
      // A used assertion must not be forgotten.
      if (used.size() >= MAX_USED) throw new Refused(503, "too many assertions are remembered");
    }
    used.put(jti, until);
  }

  private static Refused refused(String message) {
    return new Refused(403, message);
  }
}
