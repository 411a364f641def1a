"""Words that replies of ordinary servers are made of: to read one says nothing about a secret that has it too. Data.

They are those of tests/corpus, the keywords of EHLO, and the words of OAuth 2.0 errors. A test holds that hardly any
reply of the corpus is hidden because of an ordinary password.
"""

from __future__ import annotations

_WORDS = """
8bitmime aadde abilitato able abnormal abord aborted about above absender absenderdomain abuse abuseat abusive
abusix abuso accept accepted accepting access accessed account accounts aceitar aceito aceptan acesse acesso
achieved action activated active activity actual additional address addresses admin administrador administrative
administratively administrator administrators administratvely admitido adressat adresse adressen advertised
aeqiuzpgdvpepzhydqj afin after afysddl again agent agotado ahead akgnsbt akzeptiert aliases aliasing aligned
alignment all allocation allow allowed allowlists already also alternate alternative amazonses amnanjuocgej amount
an and anderen angegeben annehmen anonymous another answer anti antispam apcprd apikey appears apple application
approved archived archivee are argument arguments article as ascii asmodeus aspx assertion assistance associated at
atingido atrn attach attachment attachments attacks attempted attempting attempts attrbl aucun audience aufgrund
auslesen aussenden autenticacao autenticada autenticado autenticazione autenticação autentificazione auth authentic
authenticate authenticated authentication authentification authentifizierung authorization authorized autorise
autorizado available avant azure back backend bad badcredentials badhelo badrcptto banned bare barman barracuda
barracudacentral barracudanetworks base based basic bbspamreject bcmha bdrnom be bearer because been before begin
begindiagnosticdata behaviour being bekannt believe below benutzer best bestimmten between bhjdysq bigmir bildern
bin binarymime bitte bizsmtp bl black blacklist blacklisted blacklistlookup blagr blame blank bloccato block blocked
blockedmessage blocklist bloggs bloque bloquee bloques boite bosimpinc both bounce bounced boundary boîte branan
breaches break broken browser bulk burl busy buzón by bye bypassing bytes caixa can cancel canceled cannibal cannot
capital case casilla cause certificata cgi challenge change changes channel characters check checking checkpoint
checks cheia child chkuser chunking cipher clarify class classification classified cleartext click client clients
clientsubmit clinpharm clique cliquer closed closing cloud cloudflare cloudmark cluster cmailpro cmsmtp cobion code
codes collected com comando comandos combination comcast come command commande commandes commands communicating
community complaints completed compliant compromised compte compute concurrent conexion config configuration
configure configured confirm confirmation conform connect connecting connection connections connects connexions
considered contact contacte contain containing contains content contents contenttype contenu continue continued
coolmail corp correctly correlation correspondent corresponding corrigir could countries country courier cowabhdzs
cpsqdkemnixnjlt cram create credenciais credential credentials credits criteria ctlusr cuda current currently custom
customer customized daemon daily dangerous daouljrk data database databytes datascoutmail date ddyjwhs de
deactivated deadb deaktiviert debian declare defaults defer deferred defined delist deliver deliverby delivered
delivering delivery deltachat demands demandée demasiado demasiados denied denies denylists desactive desactivee
desativada desconhecido desconocido dessous destin destinataire destinataires destinatario destinatarios destination
destinatário destinatários details detected determine developers device dialup diamy dictionary diesem dieser digest
dipfazm direct directions directly directory disabled disableduser disallowed disatttivata discarded discarding
disconnecting discontinued disk disponible disponível distribution dkim dlokvmxsvezoo dlokvmxsvezoodlokv dmarc
dmarcrejection dns dnsbl docking docomo docs does doesn domain domaine domains domian dominio domínio doppelpunkt
double dovecot down dsgvo dsn dspam dt due duplicate during dynamic earthlink echec edbac effectuée ehlo eicar einen
eingebetteten eingestuft eintrag either email emailing emails emailsrvr embedded embeddedjavascript emetteur
empfaenger empfangen empfänger empowering empty en enable enabled encontrado encountered encryption end endereço
engine enhancedstatuscodes enjyw enough enter entries entry envelope envie envio envoi envolope envoyes equal
erfahren erkannt errato erreichbar erreur erro error errors erwarte erwartet esaurito escowac eseguita esiste esmtp
esmtps espacio essayer esta estado estar etrn eurprd evaluation example exceed exceeded exceeds exception excessive
exchange exchanger exeeded exhausted exim exim4 exist existe existent existiert expected expecting expedition
expirado expired explanation expn extended extension exterieur external externe faaaansg facebook fail faile failed
failedoperation failing failover fails failure failures falta favor febab federated feedback feel fehlgeschlagen
ffacd ffymnk field file files filter filtered filtering find first fixed flagged flooding flyai follow following for
forbidden forefront forest forged forgery format formatted forpsi forward forwarded forwarding found fqdn framework
free freeuk freischalten frequency frequent frequently from front frozen full fully funkamateur further future
fwlink gateway generating generic geographical geoip given gmail gmtpoaq gnu go goodbye google gpxkmpet gradwell
grande grant graylisted greeting greetings greylist greylisted greylisting group gsmtp gssapi guide guidelines haben
haette hanafos haraka has have having hdxpcga header headers healthy hello helo helohost help here hibjumn hier high
hipnotify hl honeypot hospedado host hosted hosteurope hostid hosting hostkarma hostname hosts hour hourly hours
html http https ib ibsmtp id identifiants identification identified identifier identify identities identity
identityarn if ihre ihrem illegal imap imposed improper improvmx in inactive inactivity inactivo inbound inbox
incident incoming inconnu incorrect incorreta increase indirizzo indirizzoemail indprd inesistente inexistent
inexistente infected info infomation information initiative injoignable input insecure inspect instructions
insufficient intcode intelligence intended intentelo interdit interface internal internet interpreted interrompue
intrusion inutilizzo invalid invalide invalides invalidos invalids invalidsecondfactor invaluement invitons
inválidas inválido ip ipadmin ipcheck ipsrc irbc iredmail is iscnapf isn issue issuer issues it itself iwencgc jane
jeweils jfgepd jifnx jp json judged junkemailfilter junkmail keine keinen kitty kmdaruy koennen kommando konnte
kontos ktesfzpqrk kundenserver kxdnryynpkbvz kyoto können laposte large larger later layer lbajdlpvlnz learn least
legitimate leider length letters lettres level libsisimai license lien ligne like likely limit limite limited
limiter limits line link linked linkid linktype linux list lista listed listing lists literal live lleno load local
localdomain localement localhost locally location locaweb locked logged login logon long longer longue looks lookup
loop looping lost loving lower lpn lpnaaa magicspam mail mailbox mailboxes mailboxnamen mailenable mailer mailfrom
mailgateway mailgun mailhostbox mailhostingservice mailing maillingliste mailmarshal mailmax mailpolicy mailproof
mailrcptmax mailrejected mails mailsec mailserver mailsize maior malformed manager mandatory many mappings maquette
marked match mauvaise max maximo maximum maxqin md5 me mecanismo mechanism meet memory mensagem mensagens mensaje
message messagelabs messagerie messages messagewall messaggio messaging metodo mfrom mfrrselukj mi micro microsoft
miixod mime mimecast minute minutes mismatch mismatched mismatches missing missingemailcontent mistreat mitigate
mode modify moins momentan monthly moqfspr more mta mtaig mtrk much muitos multi multipart multiple must mwinf mx
mxeue mxgmxus mxproxy my myepyxlicaa nachricht name namen names namprd naver necessaria necessária need needed negra
nekonyaan nekonyaans nemesis neobhodim nessun net network newline nexthop nice nicht niemand nkjad no noch node non
none nosuchuser not notary notspam nous novamente ntlm null nullmx number numbers numeric nyaaan nytwpz oauth
oauthbearer obrigatoria obsolete obtained occurred oder of office ofr ogion okay on one online only ooolbpj oops
open opened openrelay opensmtpd openspf operation opmta optional or orange order org organization organizational
originating osbku other our out outbound outboundemail outgoing outlook outmail over overquota overquotaperm
overquotatemp owned owner page painel para paramètres parol parsing part party pass passage passerr passing passwd
password path pattern pdwmbuv people per perform period permanent permanently permission permissions permit permits
permitted person pertence peumdrvilcqgaoorucaq pgbarman phishing pipelining plain plainpost plateforme please
pleased pleine plesk plus pobox point points policies policy polite poor pop popsmtp port ports poses possible posta
postfix postgrey postmaster potential pour pr practices prato prdr precede preceded preferences preferred present
presents preserver prevent prevention prevents prilozheniya primary primeiro principal prision private prière probe
problem procedure process processamento processar processing prod program progress prohibited prohibition project
promo proofpoint proper properly protect protected protection protocol protokoll protonmail prove provide provided
provider proxy pruebas ptr purported purposes qavmq qborssxc qclouderror qgmjaxoqo qmail qojrq qq qtmzmtmzrjuxnzq
qualified qualite query questions questo queue queued quickly quota rambler range rate ratelimit rbl rcpt
rcptdomainmax rcpthosts rcptmax rcpts rcptto rdns reach reachable reached reactivate reading ready realip realizar
realtime reason reasons receive received receiver receiving receivingrate receivingrateperm recent recette recharge
rechazada rechazo recipient recipientnotfound recipients recognize recognized recommend reconnue reconocido record
records redacted reduce redundant reessayez refer refuse refused refusequota refuses refusé region register
registered regulariser regularize reintentar reject rejected rejecting rejection rejectmessage rejeitada rejete
relais relaxed relay relayed relaying release remediation remetente remote removal remove replica replicated reply
report reports reputation request requested requestid requests required requirement requirements requires requiretls
requis requise research resend resent reserved reset residential resimta resolve resolved resolver resolving
resource resources response responsible restarting restricted restrictions results retry retrying return returnc
reverse review revoked rfc ricezione rifiutato rights rkawaaaoxzaadkmlsp rkngmjlfqtveq rlbounce robot route router
routing rp rsruemk ru rubrik rules saber same sample sandbox sandboxd scanner schweikert sconosciuto scope score
scored scoring scram search second secondary seconds secret section secumail secure securely security see send
sendasdenied sender senders senderscore sendgrid sending sendingcontinue sendmail sendrawemail sendsizelimit senha
sent sequence sequência server serveranbieter servern servers service services servicio servidor session sessionid
sessions setting settings setup several sha sha1 sha256 sha512 shield short shorter should showtierupgrade shtml
shutting signature signatures signin similar simile simple since single sistema site situation size slow sm smart
smtp smtpin smtpport smtputf smtputf8 socks softfail software sollicite solutions someserver sometime sorbs sorry
sospetto source southeast space spacelee spaces spam spamauditor spamaufkommens spambouncer spambox spamcannibal
spamcop spamhaus spammaster spammer spamming spamprofiler spamproxy spamrl spams spamtrap spazio spbgmu specific
specified spectrum speicherplatz speichervolumen spf spfbl spoofed spoofing spool srbounce ssl sszcfhleuv start
starttls state status stnhtinzda stockage storage storedrv stream structure subclass subdomains subject submission
submit submitd submitter subscribed subscription subtype succeed succeeded success successful successfully such
suivre suportado support supported suspend suspended suspensa suspicion suspicious sxxxxx symanteccloud
syntactically syntax syntaxe syntaxu system systems séquence table take taken tard tarde target technology telepac
telephoning templatedata temporaire temporal temporaneamente temporarily temporario temporary temporário tenant
tente terminated terra test than that the their then there therefore they this thread threshold throttled throttling
through thundermail time timed timeout times timestamp tls tlsv1 to token too tosa total tous toyotapaloalto trace
transaction transient transit transition transmis transmission transport transportroles trapperkeeper trend tried
triggered trojan trop trouble troubleshooting trouvé trusted try trying turn twenty type typos ubsonline ubuntu
ueberschritten unable unauthenticated unauthorized unavailable unbekannt unbekanntes unblock unblockme unconfigured
undeliverable undelivered under understanding unexpected unexpectedbound unfortunately unicode unimplemented unknown
unnecessary unreachable unrecognized unresolvable unroutable unsolicited unsubscribe unsuccessful unsupported unter
until untrusted unusual unvalidated unverified unverifyable unwanted unwelcome update upgrade upstream upsume uribl
us usage usager use used useddiskspace user useraction userarn userid username users using usual usuario usuário
utente utf8 utilisateur valid validating validation valide valido verdict verification verified verifier verifiziert
verify vers version versions very veuillez violates violating violation violations virtual virus virusgw visit
vmewtftt voll volume volumes volumineux vorgestellt vorhanden votre vous vrfy vulnerable wantautherror was wascl
weather webloginrequired weitere welcome were weren west when which while whitelist whitelisted will winsock with
within without wkuiz workspace would write writing wrong wrongly www xclient xdtecwxo xflpcmma xforward xgemail
xidpoaostbbu xoauth xoauth2 xx xxx xxxx xxxxx xxyivthf yahoo yahooinc yandex yntezvakbg you your yourdomain yourself
ytdhbuogv yxbwmdlaywjlci zbcghvzrob zerospam zhten zieladresse zihan zimbra zldyhka zmxel zoho zorkmids zpxsohyn
zuviele échouée авторизации авторизация адрес аутентификации большое временно занят запрошенная команд команда логин
неверная неверный недопустимое недоступен неизвестный нужно отправителя ошибка пароль письмо поддерживается
получателей получателя понял последовательность почтового почтовый принята принять распознана синтаксическая слишком
сначала способ такой требуется удалось указать ящика
"""

REPLY_WORDS = frozenset(_WORDS.split())
