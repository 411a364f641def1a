"""What packed reports are likely to hold, so that their compression need not write it. Pure.

A packed report can only be read with the dictionary that it was written with: this one is never edited. Another one
gets a form of its own in `usecases.kept_reports`.
"""

DICTIONARY_1 = rb"""
","advice":"Check the user (often the full address, or a word such as apikey) and the password (often an API key, or a
n app password where the account has two-step login).","link":"/v1/findings/auth_rejected"}],"alternatives":[{"port":5
87,"tls_mode":"starttls","code":"timeout","message":"answers after","started_at":1795,"duration":0.0}],"addresses":[{"
address":"","family":"IPv6","stage":"connect"},{"family":"IPv4","code":"addresses_differ"}],"fixes":[{"changes":[{"set
ting":"tls_mode","current":"starttls","to":"implicit"},{"setting":"port","current":"25","to":"465"}],"verified":true,"
needs_secret":true,"sentence":"Set the TLS mode to implicit and the port to 465."},{"changes":[{"setting":"host","curr
ent":""}],"sentence":"Set the port to 587."}],"problem":"","more_sans":1,"role":"intermediate","alpn":"","verify_error
":"{"outcome":"fail","stage":"connect","code":"connection_refused","message":" refused the connection: nothing listens
 on port No message was sent. the server answers.","evidence":{"reply_code":535,"enhanced_code":"5.7.8","text":"Authen
tication failed: Username and Password not accepted. 550 5.7.1 Error: authentication credentials invalid, relaying den
ied"},"findings":[{"code":"timeout","severity":"error","stage":"auth","message":" did not answer within tls_untrusted"
,"severity":"warning","stage":"tls",{"outcome":"ok","stage":"quit","code":"ok","message":"The test passed: the server
 accepts user and password (PLAIN) and the server took a message for ","tls":{"version":"TLSv1.2","cipher":"ECDHE-RSA-A
ES256-GCM-SHA384","tls":{"version":"TLSv1.3","cipher":"TLS_AES_256_GCM_SHA384","chain":[{"subject":"CN=smtp.mail.","sa
ns":["smtp.","mail.","*.","issuer":"CN=R11,O=Let's Encrypt,C=US","not_before":1790000000,"not_after":1800000000,"key":
"RSA 2048","signature":"sha384WithRSAEncryption","fingerprint":"sha256WithRSAEncryption","key":"EC secp256r1","signatu
re":"ecdsa-with-SHA384","fingerprint":"","role":"root"}],"verified":true,"expected_name":"smtp.","trust_anchor":"CN=IS
RG Root X1,O=Internet Security Research Group,C=US"},"ehlo":{"name":"[192.168.","extensions":{"PIPELINING":"","SIZE":"
35882577","VRFY":"","ETRN":"","STARTTLS":"","AUTH":"PLAIN LOGIN XOAUTH2 OAUTHBEARER CRAM-MD5","ENHANCEDSTATUSCODES":""
,"8BITMIME":"","DSN":"","SMTPUTF8":"","CHUNKING":""},"mechanisms_before_tls":["PLAIN","LOGIN"],"mechanisms_inside_tls"
:["PLAIN","LOGIN"]},"steps":[{"stage":"policy","started_at":1795327666168735,"duration":1e-05},{"stage":"resolve","sta
rted_at":1795327666,"duration":0.000,"sent":"smtp.","received":""},{"stage":"connect","started_at":1795327666,"duratio
n":0.000,"peer":"127.0.0.1:587","received":"connected","connection":1},{"stage":"greeting","started_at":1795327,"durat
ion":0.000,"peer":".1:465","received":"220 smtp. ESMTP Postfix","connection":1},{"stage":"ehlo","started_at":17,"durat
ion":0.000,"peer":":25","sent":"EHLO [192.168.","received":"250-PIPELINING\n250-SIZE 10240000\n250-VRFY\n250-ETRN\n250
-AUTH PLAIN LOGIN\n250-ENHANCEDSTATUSCODES\n250-8BITMIME\n250-DSN\n250-SMTPUTF8\n250-STARTTLS\n250 CHUNKING","connecti
on":1},{"stage":"starttls","started_at":1795327666,"duration":0.000,"peer":":587","sent":"STARTTLS","received":"220 2.
0.0 Ready to start TLS","connection":1},{"stage":"tls","started_at":,"duration":0.00,"peer":"","received":"TLSv1.3, TL
S_AES_256_GCM_SHA384, certificate CN= valid until 2027-0","connection":1},{"stage":"auth","started_at":1795327666,"dur
ation":0.0,"peer":":587","sent":"AUTH PLAIN ********","received":"235 2.7.0 Authentication successful","connection":1}
,{"stage":"mail","started_at":1795327666,"duration":0.000,"peer":":587","sent":"MAIL FROM:<noreply@example.com> SIZE=6
08 BODY=8BITMIME","received":"250 2.1.0 Ok","connection":1},{"stage":"rcpt","started_at":1795327666,"duration":0.000,"
peer":"","sent":"RCPT TO:<admin@example.com>","received":"250 2.1.5 Ok","connection":1},{"stage":"data","started_at":1
795327666,"duration":0.000,"peer":"","sent":"DATA","received":"354 End data with <CR><LF>.<CR><LF>","connection":1},{"
stage":"data","started_at":1795327666,"duration":0.000,"peer":"","sent":"(a message of 608 bytes)","received":"250 2.0
.0 Ok: queued as ","connection":1},{"stage":"quit","started_at":1795327666,"duration":2.1e-05,"peer":"127.0.0.1:587","
sent":"QUIT","connection":1}],"elapsed_ms":9,"round_trips":11,"test_id":"57"}
""".replace(b"\n", b"")
